"""Entry of `python -m migrations`: upgrade as the owner, then seed."""

from datetime import UTC, datetime

from sqlalchemy import make_url
from sqlalchemy.orm import Session

import settings
from audit.erasure import apply_ledger
from migrations.keys import check_epochs, check_keys, make_first
from migrations.seeds import SEEDS, Plan
from migrations.upgrade import upgrade, wait_for_others
from models import key_snapshot
from models.database import engine
from models.erasure_ledger import LedgerError
from models.key_check import KeyMismatchError


def main() -> None:
    """Bring the database to the newest shape and fill in what every start needs."""
    chosen = settings.load()
    now = datetime.now(UTC)
    if not chosen.owner_database_url or not chosen.database_url:
        raise SystemExit("set BIHUAN_OWNER_DATABASE_URL and BIHUAN_DATABASE_URL")
    owner = engine(chosen.owner_database_url, pool_size=1, application_name="bihuan migrations")
    application = make_url(chosen.database_url).username
    if application is None:
        raise SystemExit("BIHUAN_DATABASE_URL names no role for the application")
    try:
        upgrade(owner, application=application, today=now.date())
        with Session(owner) as session, session.begin():
            apply_ledger(session, chosen.keys_path)
            key_snapshot.restore(session, chosen.keys_path, now)
            if chosen.keys is not None:
                make_first(session, chosen.keys)
            check_keys(session, chosen.secrets_path)
            check_epochs(session, chosen.keys_path)
        plan = Plan(now, chosen.demo_logins_path if chosen.demo_people else None)
        for seed in SEEDS:
            with Session(owner) as session, session.begin():
                wait_for_others(session)
                seed(session, plan)
    except KeyMismatchError as error:
        raise SystemExit(f"{error} is not the key that this database was written with") from None
    except LedgerError as error:
        raise SystemExit(f"{error} cannot be read: nothing opens before it is mended") from None
    finally:
        owner.dispose()


if __name__ == "__main__":
    main()
