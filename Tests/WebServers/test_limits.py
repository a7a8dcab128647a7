"""Limits of answers, at sizes that only a whole directory reaches."""

import concurrent.futures

import sites
from scim import user

# As many certificates as make an answer too long, in bodies that are just short enough.
USERS = 36
CERTIFICATES = [{"value": letter * 250_000} for letter in "ABCD"]


def test_list_beyond_its_limit():
    def create(n):
        return site.client.post(
            "/Users", user(f"user{n}", x509Certificates=CERTIFICATES)).status

    with sites.running("nginx") as site:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            assert set(pool.map(create, range(USERS))) == {201}
        answer = site.client.get("/Users")
        assert (answer.status, answer.json["scimType"]) == (400, "tooMany")
        assert "count" in answer.json["detail"]
        found = site.client.get("/Users?count=30").json
        assert (found["itemsPerPage"], found["totalResults"]) == (30, USERS)
