"""News in one process."""

import asyncio

from service.live import Live


def test_what_is_told_while_one_reads_is_news_already() -> None:
    async def story() -> bool:
        live = Live()
        with live.follow("a") as news:
            live.tell("a")  # between following and waiting
            await asyncio.wait_for(news.wait(60), 1)
            return True

    assert asyncio.run(story())


def test_news_reaches_every_follower_of_its_topic_and_nobody_else() -> None:
    async def story() -> list[bool]:
        live = Live()
        with live.follow("a") as one, live.follow("a") as two, live.follow("b") as other:
            waits = [asyncio.create_task(news.wait(60)) for news in (one, two, other)]
            await asyncio.sleep(0)
            live.tell("a")
            await asyncio.gather(*waits[:2])
            heard = [wait.done() for wait in waits]
            waits[2].cancel()
            return heard

    assert asyncio.run(story()) == [True, True, False]


def test_without_news_the_wait_ends_by_itself_and_news_is_told_once() -> None:
    async def story() -> None:
        live = Live()
        with live.follow("a") as news:
            live.tell("a")
            await news.wait(60)
            await news.wait(0.01)

    asyncio.run(story())


def test_closing_wakes_everybody() -> None:
    async def story() -> bool:
        live = Live()
        with live.follow("a") as one, live.follow("b") as two:
            live.close()
            await asyncio.gather(one.wait(60), two.wait(60))
        return live.closed

    assert asyncio.run(story())


def test_nobody_is_remembered_who_has_left() -> None:
    async def story() -> None:
        live = Live()
        with live.follow("a"), live.follow("a"):
            pass
        live.tell("a")
        assert live._followers == {}

    asyncio.run(story())
