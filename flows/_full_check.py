"""Is all that must be kept still there, and does the newest release still keep what it promises?"""

from contextlib import closing

from flows._audit import audit_latest
from flows._plan import Plan, Tell
from lagesbild import open_release
from models._contracts import breaches
from models._model import all_models
from sources._landing import read_manifest, sha256, snapshot_path


def full_check(plan: Plan, tell: Tell = lambda _: None) -> list[str]:
    """What is wrong in a data folder, as Swedish sentences; empty when all is well.

    Every snapshot that the manifest names is there with its hash; the newest release keeps its contracts and gives
    nothing away. Raises UsageProblem where there is no release.
    """
    tell("läser ögonblicksbilderna")
    found = []
    for source, part in sorted({(each.source, part) for each in read_manifest(plan.data) for part in each.parts}):
        path = snapshot_path(plan.data, source, part)
        if not path.is_file():
            found.append(f"{source}, ögonblicksbild {part.sha256[:12]}: filen saknas.")
        elif sha256(path.read_bytes()) != part.sha256:
            found.append(f"{source}, ögonblicksbild {part.sha256[:12]}: filen är inte den som togs emot.")
    tell("prövar utgåvans kontrakt")
    with closing(open_release(plan.data)) as con:
        tables = con.sql("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        released = {name for (name,) in tables}
        for model in all_models():
            if model.table in released:
                found += [f"{each}." for each in breaches(con, model.contract)]
    tell("prövar vad en angripare kan räkna ut")
    return [*found, *(f"{each}." for each in audit_latest(plan.data).found)]
