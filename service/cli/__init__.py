"""The command `viva`."""

import typer

from service.cli import bank, bench, data, database, graders, jobs, people, person, serving, voice

app = typer.Typer(help="Mock interviews for engineers.", no_args_is_help=True, add_completion=False)

app.command()(serving.serve)
app.command()(serving.worker)
app.command()(people.invite)
app.add_typer(people.app, name="people")
app.command()(data.migrate)
app.command()(data.backup)
app.command()(data.restore)
app.command()(data.doctor)
app.command()(bank.grade)
app.command()(jobs.regrade)
app.add_typer(person.app, name="person")
app.add_typer(jobs.app, name="jobs")
app.add_typer(database.app, name="db")
app.add_typer(bank.app, name="bank")
app.add_typer(graders.app, name="graders")
app.add_typer(voice.app, name="voice")
app.add_typer(bench.app, name="bench")
