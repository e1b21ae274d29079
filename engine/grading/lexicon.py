"""Words that mean the same or the opposite when engineers explain a system, for `engine.grading.reading`.

A general vocabulary, not that of any question: what belongs to one topic belongs into the `any` lists of its rubric. Words are written in
a basic form; inflected forms are found by stemming, irregular ones stand beside them. A word may belong to several groups. Kept small on
purpose: each group lets some answer pass that a rubric did not foresee, so a group that can turn a statement into its opposite is wrong.
"""

from __future__ import annotations


def word_set(words: str) -> frozenset[str]:
    """The words of a list that is written as a sentence.

    Args:
        words: separated by spaces.

    Returns:
        The set of them.
    """
    return frozenset(words.split())


SAME: dict[str, str] = {
    "database": "database db backend",
    "server": "server instance machine host node",
    "node": "node shard partition server",
    "client": "client browser caller",
    "user": "user customer visitor person people someone somebody",
    "application": "application app service code",
    "message": "message event msg notification",
    "request": "request call lookup query req",
    "fetch": "read load fetch get got retrieve query ask pull look request obtain",
    "write": "write wrote written update change modify save set",
    "put": "put store save fill populate insert write wrote written set keep kept add",
    "stay": "stay remain keep kept hold held persist retain last sit",
    "remove": "remove delete drop discard purge invalidate clear erase",
    "evict": "evict kick push displace",
    "replace": "replace overwrite overwritten",
    "expire": "expire expiry expiration lapse",
    "ttl": "ttl lifetime",
    "stale": "stale old outdated older obsolete",
    "fresh": "fresh new current newest latest newer",
    "slow": "slow slower expensive",
    "fast": "fast faster quick quicker quickly",
    "wait": "wait block stall hang queue",
    "together": "together simultaneous simultaneously concurrent concurrently",
    "immediate": "immediate immediately instant instantly directly straight",
    "background": "background async asynchronous asynchronously later",
    "sync": "sync synchronous synchronously",
    "later": "later afterwards after subsequent subsequently delayed",
    "before": "before beforehand early ahead prior earlier",
    "after": "after afterwards later",
    "first": "first initial initially",
    "again": "again twice repeat repeatedly second",
    "one": "one single only just sole",
    "all": "all every each everyone everybody everything entire whole full",
    "most": "most almost nearly majority",
    "few": "few small little fraction share minority",
    "many": "many lots multiple several numerous lot",
    "other": "other others rest another remaining else",
    "share": "share shared reuse common same",
    "same": "same identical equal",
    "differ": "differ different difference disagree inconsistent distinct diverge",
    "fail": "fail failure crash die dead dies down outage break broken breaks",
    "lose": "lose lost loss gone vanish disappear",
    "overload": "overload overwhelm flood swamp hammer spike burst",
    "load": "load traffic pressure",
    "spread": "spread distribute scatter stagger",
    "copy": "copy replica duplicate replicate clone",
    "split": "split break chunk divide separate",
    "join": "merge combine join",
    "piece": "piece part chunk portion",
    "more": "more higher greater larger extra additional further",
    "less": "less fewer lower reduced",
    "rise": "rise rose grow grew increase spike climb multiply",
    "fall": "fall fell drop decrease decline shrink sink reduce",
    "improve": "improve better",
    "worsen": "worsen worse degrade",
    "half": "half halve halved",
    "double": "double twice",
    "acknowledge": "acknowledge acknowledgement ack ok confirm answer reply respond",
    "answer": "answer reply respond response return serve served result",
    "send": "send sent pass transmit",
    "reach": "reach hit go goes gone went arrive land end get come",
    "absent": "absent missing nonexistent unknown empty null",
    "exist": "exist present there contain",
    "certain": "certain certainly sure surely definite definitely guarantee guaranteed always",
    "possible": "possible possibly may might maybe perhaps probable",
    "wrong": "wrong incorrect mistaken bad",
    "right": "right correct",
    "hot": "hot popular frequent frequently often busy favourite favorite",
    "rare": "rare rarely seldom hardly infrequent",
    "need": "need require must necessary",
    "wasted": "waste wasted unnecessary needless useless pointless",
    "allow": "allow permit let may",
    "refuse": "refuse reject deny error",
    "full": "full exhausted",
    "time": "time moment once",
    "long": "long longer",
    "short": "short shorter brief",
    "see": "see seen saw notice observe receive get",
    "percent": "percent % percentage",
    "refresh": "refresh renew revalidate reload recompute regenerate",
    "restart": "restart reboot",
    "mean": "mean average avg",
    "random": "random randomly jitter randomness",
    "probability": "probability chance likelihood likely",
    "cost": "cost price pay overhead",
    "work": "work effort",
    "safe": "safe safely harmless",
    "durable": "durable persistent persist",
    "parallel": "parallel concurrent concurrently",
    "serial": "serial sequential sequentially",
    "own": "own itself themselves self",
    "near": "near close closer approach",
    "origin": "origin source upstream",
    "edge": "edge pop",
    "change": "change update modify write wrote written",
    "begin": "begin start began",
    "end": "end finish complete done",
}
"""Groups of words with the same meaning, by the name of the group."""

OPPOSITE: tuple[tuple[str, str], ...] = (
    ("stale", "fresh"),
    ("slow", "fast"),
    ("background", "sync"),
    ("background", "immediate"),
    ("before", "after"),
    ("one", "all"),
    ("one", "many"),
    ("few", "most"),
    ("few", "many"),
    ("few", "all"),
    ("more", "less"),
    ("rise", "fall"),
    ("improve", "worsen"),
    ("half", "double"),
    ("same", "differ"),
    ("together", "spread"),
    ("lose", "stay"),
    ("absent", "exist"),
    ("certain", "possible"),
    ("right", "wrong"),
    ("hot", "rare"),
    ("allow", "refuse"),
    ("full", "absent"),
    ("long", "short"),
    ("split", "join"),
    ("parallel", "serial"),
    ("begin", "end"),
)
"""Pairs of groups with opposite meanings: where a rubric says one and an answer the other, the answer says the contrary."""

PHRASES: tuple[tuple[str, str], ...] = (
    ("at the same time", "together"),
    ("at the same moment", "together"),
    ("in one go", "together"),
    ("right away", "immediately"),
    ("straight away", "immediately"),
    ("at once", "together immediately"),
    ("up to date", "current"),
    ("out of date", "outdated"),
    ("time to live", "ttl"),
    ("max age", "ttl"),
    ("behind the scenes", "background"),
    ("takes longer", "is slower"),
    ("take longer", "are slower"),
    ("runs out", "expires"),
    ("ran out", "expired"),
    ("run out", "expire"),
    ("is not there", "is absent"),
    ("isn't there", "is absent"),
    ("are not there", "are absent"),
    ("aren't there", "are absent"),
    ("is not in there", "is absent"),
    ("isn't in there", "is absent"),
    ("no one", "nobody"),
    ("as well", ""),
    ("as long as", "while"),
    ("as soon as", "when"),
    ("not only", "also"),
    ("no matter", "whatever"),
    ("a lot of", "many"),
    ("lots of", "many"),
    ("per cent", "percent"),
    ("cut in half", "halved"),
    ("in between", "meanwhile"),
)
"""Expressions of several words, replaced before anything else is read."""

FUNCTION_WORDS = word_set(
    "a an the this that these those it its they them their there he she his her we us our you your i me my who whom whose which what"
    " is are was were be been being am do does did done has have had having will would shall should can could to of in on at for with by"
    " from into onto as than and or so then also too very such if when whenever where while because since thus hence therefore but yet"
    " though although whereas until till how why about over out up off down away back here just really quite still already ever some any"
    " s t d ll re ve m let gets getting got like via per own both between among under within during through against toward towards"
    " must may might need whatever thing stuff way sort kind case one's"
)
"""Words that carry no claim of their own; they are skipped, except where a wording has no other."""

NEGATIONS = word_set(
    "not no non never none nobody nothing neither nor without cannot nowhere instead rather avoid prevent lack stop"
)
"""Words that turn what follows in their clause into its contrary."""

SHORT_NEGATIONS = word_set("no non without instead rather avoid prevent lack stop")
"""Negations that reach only over the next few words, not to the end of the clause."""

IRREGULAR: dict[str, str] = {
    "isnt": "not", "arent": "not", "wasnt": "not", "werent": "not", "dont": "not", "doesnt": "not", "didnt": "not", "cant": "not",
    "wont": "not", "couldnt": "not", "wouldnt": "not", "shouldnt": "not", "hasnt": "not", "havent": "not", "hadnt": "not", "neednt": "not",
    "mustnt": "not", "shant": "not",
}  # fmt: skip
"""Contractions, without their apostrophe, that stand for a negation."""
