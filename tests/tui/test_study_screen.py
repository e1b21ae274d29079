from __future__ import annotations

from datetime import timedelta

from engine.session import Ask
from kb.errors import StoreError
from tui.screens.study import StudyScreen
from tui.sitting import Sitting


async def first_card(person) -> None:
    await person.until("Press s to begin.")
    await person.press("s")
    await person.until("New: Work queue")
    await person.press("enter")
    await person.until("What is going on here, and what is it called?")


async def reviews(person) -> list[tuple[str, int, int | None]]:
    def job(desk):
        events = desk.workspace.store.events(kinds=["review"])
        return [(e.subject, e.review.rating, e.review.confidence) for e in events]

    return await person.app.background.run(job)


def face(person):
    item = person.app.screen.sight.item
    return item.face if isinstance(item, Ask) else None


async def test_a_new_concept_is_read_then_asked_then_graded(at, clock) -> None:
    async with at() as person:
        await first_card(person)
        assert not person.says("Work queue")
        await person.press("space")
        await person.until("How sure?  1 guess   2 unsure   3 fairly sure   4 certain   Enter skips")
        assert not person.says("Right answer")
        clock.forward(seconds=12)
        await person.press("3")
        await person.until("Right answer", "Work queue. A line in which jobs wait", "1 Again (today)", "Your grade?")
        await person.press("enter")
        await person.until("Only you can grade this one")
        await person.press("3")
        await person.until("2 of 3")
        assert await reviews(person) == [("work-queue#symptom", 3, 3)]


def right(face) -> str:
    """A right answer as it is typed."""
    match face.kind:
        case "cloze":
            return "; ".join(spellings[0] for spellings in face.spellings)
        case "order" | "match":
            return " ".join(str(index + 1) for index in face.right)
        case "estimate":
            return "60 s"
        case _:
            return "It only stores jobs. The workers set the rate."


async def test_every_kind_of_card_can_be_answered(at, settings) -> None:
    settings(depth="more", new_per_day=100, new_of_one=50, confidence=False)
    seen: set[str] = set()
    async with at(100, 30) as person:
        await first_card(person)
        while len(seen) < 8:
            card = face(person)
            if card.kind == "choice":
                await person.press(str(card.right[0] + 1))
            elif card.kind == "multi":
                await person.press("3", "1", "2", "3")
                await person.until("[x] 1", "[x] 2", "[ ] 3")
                await person.press("enter")
            elif card.kind == "self":
                await person.press("enter")
            else:
                await person.write(right(card))
                await person.press("enter")
            await person.until("Again (today)")
            assert card.kind == "self" or person.says("Enter: Good"), person.shown()
            seen.add(card.kind)
            sight = person.app.screen.sight
            await person.press("3" if card.kind == "self" else "enter")
            await person.wait_for(lambda sight=sight: person.app.screen.sight is not sight)
    assert seen == {"self", "choice", "multi", "cloze", "order", "match", "estimate", "recall"}


async def test_a_wrong_option_is_told_why(at, settings) -> None:
    settings(confidence=False)
    async with at() as person:
        await first_card(person)
        await person.press("enter", "2")
        await person.until("Jobs come in bursts")
        await person.press("h")
        await person.until("Hint: Think of noon.")
        await person.press("2")
        await person.until("Why not: A lock makes the senders wait.", "✓ 1  A queue.", "Enter: Again")
        await person.press("enter")
        await person.wait_for(lambda: not person.says("Why not"))
        assert await reviews(person) == [("work-queue#symptom", 2, None), ("work-queue#q.pick", 1, None)]


async def test_an_answer_that_cannot_be_read_is_refused_in_place_and_kept(at, settings) -> None:
    settings(depth="more", new_of_one=50)
    async with at() as person:
        await first_card(person)
        while face(person).kind != "order":
            sight = person.app.screen.sight
            await person.press("k")
            await person.wait_for(lambda sight=sight: person.app.screen.sight is not sight)
            if face(person).kind in ("cloze", "recall", "estimate", "match"):
                await person.press("escape")
        await person.write("1 1")
        await person.press("enter")
        await person.wait_for(lambda: person.app.screen.query_one("#message").display)
        assert not person.says("How sure?")
        field = person.app.screen.query_one("AnswerLine")
        assert field.value == "1 1"
        await person.press("backspace", "backspace", "backspace")
        await person.write("1 2 3")
        await person.press("enter")
        await person.until("How sure?")


async def test_an_answer_is_taken_back_and_asked_again(at, settings) -> None:
    settings(confidence=False)
    async with at() as person:
        await first_card(person)
        await person.press("enter", "4")
        await person.until("Jobs come in bursts")
        await person.press("u")
        await person.until("Taken back; here it is again.", "What is going on here")
        await person.press("u")
        await person.until("There is nothing to undo.")


async def test_a_card_can_be_flagged_and_put_aside(at) -> None:
    async with at() as person:
        await first_card(person)
        await person.press("f")
        await person.until("⚑ flagged")
        await person.press("f")
        await person.until("No longer flagged.")
        await person.press("b")
        await person.until("Put off until tomorrow.", "1 of 2")
        await person.press("k")
        await person.until("Noted as known", "1 of 1")
        await person.press("s")
        await person.screen("SummaryScreen")


async def test_the_concept_behind_a_card_opens_only_after_the_answer(at, settings) -> None:
    settings(confidence=False)
    async with at() as person:
        await first_card(person)
        await person.press("o")
        await person.until("Answer first; then o opens where the card comes from.")
        await person.press("enter", "o")
        await person.screen("ConceptScreen")
        await person.press("q")
        await person.screen("StudyScreen")
        await person.until("Right answer")


async def test_leaving_in_the_middle_keeps_what_was_graded(at, clock) -> None:
    async with at() as person:
        await first_card(person)
        await person.press("enter", "enter", "1")
        await person.until("Jobs come in bursts")
        await person.press("q")
        await person.screen("SummaryScreen")
        await person.until("1 answer saved, 1 new, 1 forgotten", "Shaky", "Still open here today: 1 due, 2 new")
        await person.press("s")
        await person.screen("StudyScreen")
        await person.until("1 of 3")
        await person.press("escape")
        await person.until("Next: 1 due, 2 new")


async def test_an_entry_that_is_asked_for_is_studied_before_what_it_builds_on(at) -> None:
    async with at() as person:
        await person.until("1 Queues")
        person.app.study("dead-letters")
        await person.until("New: Dead letters [red]", "␛[31mA person")


async def test_when_nothing_is_left_one_may_learn_ahead(at) -> None:
    async with at() as person:
        await first_card(person)
        await person.press("b", "b", "b")
        await person.screen("SummaryScreen")
        await person.until("more new cards would fit into today", "Press x to learn ahead.")
        await person.press("x")
        await person.screen("StudyScreen")
        await person.until("1 of 8")


async def test_a_phase_is_read_before_its_card(at) -> None:
    async with at() as person:
        await first_card(person)
        while not person.says("New: Queues, foundation"):
            sight = person.app.screen.sight
            await person.press("b" if face(person) else "enter")
            await person.wait_for(lambda sight=sight: getattr(person.app.screen, "sight", None) is not sight)
            if type(person.app.screen).__name__ == "SummaryScreen":
                await person.until("x to learn ahead")
                await person.press("x")
                await person.wait_for(lambda: getattr(person.app.screen, "sight", None))
        await person.until("The law behind it: Length grows by the difference of the rates.")
        await person.press("enter")
        await person.until("What does a queue trade?")


async def test_a_grade_that_cannot_be_saved_is_told_and_the_card_stays(at, settings) -> None:
    settings(confidence=False)
    async with at() as person:
        await first_card(person)
        await person.press("enter")
        await person.until("Your grade?")

        def full(desk) -> None:
            def append(*_: object) -> None:
                raise StoreError(
                    "the database cannot be used: disk is full", where="progress.db", hint="Free some space."
                )

            desk.workspace.store.append = append

        await person.app.background.run(full)
        await person.press("3")
        await person.until("disk is full", "Free some space.")
        await person.press("enter")
        await person.until("Your grade?", "1 of 3")

        await person.app.background.run(lambda desk: desk.workspace.store.__dict__.pop("append"))
        await person.press("3")
        await person.until("2 of 3")


async def test_time_runs_with_the_clock(at, clock) -> None:
    async with at() as person:
        await first_card(person)
        clock.at += timedelta(minutes=2)
        await person.press("b")
        await person.until("2:00")


async def test_leaving_an_answer_field_comes_before_leaving_the_session(at, settings) -> None:
    settings(depth="more", new_of_one=50)
    async with at() as person:
        await first_card(person)
        while face(person).kind != "recall":
            sight = person.app.screen.sight
            if face(person).kind in ("cloze", "order", "match", "estimate"):
                await person.press("escape")
            await person.press("k")
            await person.wait_for(lambda sight=sight: person.app.screen.sight is not sight)
        await person.write("a")
        await person.press("ctrl+j")
        await person.write("b")
        await person.press("escape")
        await person.until("Esc again leaves the session")
        await person.press("i")
        await person.write("c")
        assert person.app.screen.query_one("AnswerArea").text == "a\nbc"


async def test_a_card_can_be_made_new_again_and_a_note_without_an_editor_says_where_it_is(at) -> None:
    async with at() as person:
        await first_card(person)
        await person.press("e")
        await person.until("cannot be lent to an editor")
        await person.press("r")
        await person.until("New again", "1 of 2")


async def test_nothing_of_a_preview_is_logged(at) -> None:
    async with at() as person:
        await person.until("Press s to begin.")
        person.app.push_screen(StudyScreen(Sitting(("work-queue",), purpose="preview")))
        await person.until("Work queue")
        await person.press("enter", "enter", "1")
        await person.until("1 of 3")
        assert await reviews(person) == []
