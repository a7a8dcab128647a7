"""Each request that the fuzzer begins with, or has found, once: it is answered, and not by 500."""

import random

import pytest

from mutations import mutate
from target import CORPUS, Request, Target

REQUESTS = {path.stem: Request.read(path) for path in sorted(CORPUS.glob("*.request"))}


@pytest.fixture(scope="module")
def target():
    with Target() as target:
        yield target


@pytest.mark.parametrize("name", REQUESTS)
def test_is_answered(target, name):
    status, _ = target.send(REQUESTS[name])
    assert 200 <= status < 500 or status == 501, target.log()


def test_a_seed_makes_the_same_requests():
    def made(seed):
        request = Request.read(CORPUS / "patch-value-filter.request")
        mutate(random.Random(seed), request, list(REQUESTS.values()))
        return request.target, request.body

    assert made(1) == made(1)
    assert len({made(seed) for seed in range(20)}) > 10
