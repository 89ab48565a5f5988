"""What reported vandalism 2010–2023 says of every promise's time in Södra Fyrbodal; `docs/loften.md` tells the figures.

The counts are real (Kolada's U07452, in the sample as published): `lagesbild run --sample`, then
`python -m bench.follow_up_vandalism data`. Every agreement is followed up by vandalism here, whatever it promised.
"""

import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import polars as pl

from models._duckdb import connect
from models._follow_up import MONTHLY, follow_up
from models._judge import judge
from models._scope import benchmarks, scope_of
from reports._promise_effects import REACH

AREA = "sodra_fyrbodal"
INDICATOR = "reported_vandalism_rate"
# The agreement's years and as many before; of 2023–2024 only the first year has figures.
TIMES = {"2017": (2017, 2017, 2016, 2016), "2020": (2020, 2020, 2019, 2019), "2021–2022": (2021, 2022, 2019, 2020),
         "2023": (2023, 2023, 2021, 2022)}  # fmt: skip
