"""Long work in every state, and pairs of records by hand, for the pictures and for axe."""

from __future__ import annotations

from datetime import timedelta

from tandem.bootstrap import Application
from tandem.engine.importing import TaskImport
from tandem.store.rows import RecordKind
from tandem.store.work import WorkKind, WorkState

__all__ = ["start_work", "work_pages"]

_WHO = "ann@example.com"
_FILE = """件名,担当,Email,期日
見積もりの送付,山田,ito@example.jp,2026-01-05
お礼の電話,山田,,2026-01-06
打ち合わせ,佐藤,sato@example.jp,いつか
"""


async def start_work(application: Application, language: str) -> None:
    """An import that was looked at, one that runs, a file with wrong rows, one whose columns are asked for, an undo."""
    here = application.store.connection("main")
    works = application.works
    await works.import_of(here, TaskImport(open_only=True), _WHO)
    looked = await works.import_of_file(here, "tasks-2025.csv", _FILE.encode("cp932"), _WHO)
    mapping = {"件名": "Subject", "Email": "Email", "期日": "ActivityDate", "担当": ""}
    await works.prepare_file(await works.work(here, looked), mapping, None, language)
    await works.import_of_file(here, "tasks-2024.csv", _FILE.encode(), _WHO)
    await works.undo(here, 1, _WHO)
    await works.work_off()
    running = await works.import_of(here, TaskImport(), _WHO)
    claim = works.kept.claim("elsewhere:1", timedelta(days=1))
    assert claim is not None
    assert claim.work.id == running
    works.kept.beat(claim, timedelta(days=1), done=12_345, total=50_000)
    await _pair(application)


async def _pair(application: Application) -> None:
    here = application.store.connection("main")
    mine = application.store.for_connection(here.id)
    connected = await application.connectors.connect(here)
    companies = await connected.hubspot.companies_named("a")
    accounts = await connected.salesforce.records_named("Account", "a")
    if companies and accounts:
        mine.set_record_pair(RecordKind.COMPANY, companies[0].id, sorted(accounts)[0])


def work_pages(application: Application) -> dict[str, str]:
    """Their pages by name."""
    here = "/connected-apps/salesforce/1"
    pages = {
        "import": f"{here}/import",
        "import-file": f"{here}/import?what=file",
        "import-activities": f"{here}/import?what=activities",
        "pairs": f"{here}/owners/records?kind=company&hubspot=a&salesforce=a",
    }
    names = {WorkKind.IMPORT_TASKS: "import-look", WorkKind.IMPORT_FILE: "import-file-look"}
    for work in application.works.kept.works(1, 20):
        if work.state is WorkState.DRAFT:
            pages["import-columns"] = f"{here}/import/file/{work.id}"
        elif work.state is WorkState.RUNNING:
            pages["import-running"] = f"{here}/long-work/{work.id}"
        else:
            pages[names.get(work.kind, "undo-look")] = f"{here}/long-work/{work.id}"
    return pages
