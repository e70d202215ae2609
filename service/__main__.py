"""The command `viva`, also as `python -m service`."""

from service.lasting import lasting


def main() -> None:
    with lasting():
        from service.cli import app
    app()


if __name__ == "__main__":
    main()
