"""The authored questions and interview prompts, as YAML."""
