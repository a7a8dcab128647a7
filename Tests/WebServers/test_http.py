"""One conversation for every deployment: what the web server does to it must not show."""

import base64
import concurrent.futures
import gzip
import http.client
import json
import uuid

import pytest

import sites
from scim import CORE, ERROR, Client, encode_all, group, user

BODY_BYTES_MAX = 1 << 20
# mod_fcgid's default, which only the server's administrator can raise.
FCGID_BODY_BYTES_MAX = 131_072
# Letters beyond ASCII, every character that means something in a URL, a filter or JSON.
AWKWARD_NAMES = [
    "zoë.müller@exämple.test",
    "plus+tag@example.test",
    'quo"te@example.test',
    "back\\slash@example.test",
    "per%41cent%2B@example.test",
    "O'Brien & Söhne; a=b, #1 ?x",
    "日本語 ユーザー",
    "family 👩‍👩‍👧",
    "tab\there",
]


@pytest.fixture
def scim(site):
    return site.client


@pytest.fixture
def name():
    """A user name nobody has yet."""
    return f"{uuid.uuid4()}@example.test"


def assert_error(answer, status):
    assert answer.status == status, answer.body
    assert answer.headers["content-type"].startswith("application/scim+json")
    assert answer.json["schemas"] == [ERROR]
    assert answer.json["status"] == str(status)
    assert answer.json["detail"]


def created(answer):
    assert answer.status == 201, answer.body
    return answer.json["id"]


# Authorization


def test_absent_authorization_is_named(site):
    answer = Client(site.base).get("/Users")
    assert_error(answer, 401)
    assert "authorization" in answer.json["detail"].lower()
    assert answer.headers["www-authenticate"].startswith(("Bearer", "Basic"))


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer wrong", "Basic eA==", "Digest x", "Bearer a, Bearer b"])
def test_wrong_authorization_is_refused(site, value):
    answer = Client(site.base).get("/Users", {"Authorization": value})
    assert_error(answer, 401)
    assert "www-authenticate" in answer.headers


def test_scheme_is_case_insensitive(site):
    answer = Client(site.base).get("/Users?count=0", {"Authorization": f"bEARER {site.token}"})
    assert answer.status == 200


def test_basic_takes_name_and_token(site):
    pair = base64.b64encode(f"tests:{site.token}".encode()).decode()
    answer = Client(site.base).get("/Users?count=0", {"Authorization": f"Basic {pair}"})
    assert answer.status == 200


@pytest.mark.parametrize(
    "header", [
        "Redirect-Http-Authorization", "REDIRECT_HTTP_AUTHORIZATION", "HTTP-Authorization",
        "HTTP_AUTHORIZATION",
    ])
def test_authorization_cannot_be_smuggled_in(site, header):
    answer = Client(site.base).get("/Users", {header: f"Bearer {site.token}"})
    assert_error(answer, 401)


def test_trap_07_body_is_read_before_401(site):
    answer = Client(site.base).post("/Users", user("x", title="t" * 60_000))
    assert_error(answer, 401)


# Users


def test_user_from_creation_to_deletion(scim, name, site):
    answer = scim.post("/Users", user(name, name={"givenName": "Zoë", "familyName": "Müller"}))
    id = created(answer)
    path = f"/Users/{id}"
    assert answer.headers["content-type"].startswith("application/scim+json")
    assert answer.json["meta"]["location"] == f"{site.base}{path}"
    assert answer.json["meta"]["resourceType"] == "User"

    answer = scim.get(path)
    assert (answer.status, answer.json["userName"]) == (200, name)
    assert answer.json["name"] == {"givenName": "Zoë", "familyName": "Müller"}
    assert "content-length" not in answer.headers.get("vary", "").lower()

    answer = scim.patch(path, {"op": "replace", "path": "name.givenName", "value": "Chloé"})
    assert answer.status == 200
    assert answer.json["name"] == {"givenName": "Chloé", "familyName": "Müller"}

    answer = scim.put(path, user(name, title="Engineer"))
    assert answer.status == 200
    assert answer.json["title"] == "Engineer"
    assert "name" not in answer.json

    answer = scim.patch(path, {"op": "replace", "path": "active", "value": False})
    assert answer.json["active"] is False
    assert scim.find("/Users", f'userName eq "{name}"').json["Resources"][0]["active"] is False

    answer = scim.delete(path)
    assert (answer.status, answer.body) == (204, b"")
    for answer in scim.get(path), scim.delete(path), scim.put(path, user(name)):
        assert_error(answer, 404)


def test_trap_01_location_comes_with_201_alone(scim, name, site):
    """Some web servers turn a Location beside 200 into a redirect."""
    answer = scim.post("/Users", user(name))
    path = f"/Users/{created(answer)}"
    assert answer.headers["location"] == f"{site.base}{path}"
    for answer in scim.get(path), scim.put(path, user(name, title="Engineer")):
        assert answer.status == 200
        assert "location" not in answer.headers


def test_second_user_of_a_name_is_a_conflict(scim, name):
    created(scim.post("/Users", user(name)))
    answer = scim.post("/Users", user(name.upper()))
    assert_error(answer, 409)
    assert answer.json["scimType"] == "uniqueness"


@pytest.mark.parametrize("profile", ["okta", "generic"])
def test_deactivated_user_is_restored_for_okta(site, scim, name, profile):
    client = Client(site.base, site.command("token", "create", profile, "--profile", profile))
    id = created(client.post("/Users", user(name, title="Engineer")))
    client.patch(f"/Users/{id}", {"op": "replace", "path": "active", "value": False})
    answer = client.post("/Users", user(name.upper(), title="Director"))
    if profile == "okta":
        assert created(answer) == id
        assert (answer.json["active"], answer.json["title"]) == (True, "Director")
        # One that is active is in the way, as ever.
        answer = client.post("/Users", user(name))
    assert_error(answer, 409)
    assert client.find("/Users", f'userName eq "{name}"').json["totalResults"] == 1


def test_enterprise_extension(scim, name):
    urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    body = user(name, **{urn: {"department": "Forschung & Entwicklung", "employeeNumber": "007"}})
    body["schemas"].append(urn)
    id = created(scim.post("/Users", body))
    assert scim.get(f"/Users/{id}").json[urn]["department"] == "Forschung & Entwicklung"
    found = scim.find("/Users", f'{urn}:employeeNumber eq "007" and userName eq "{name}"')
    assert found.json["totalResults"] == 1


# Groups


def test_group_from_creation_to_deletion(scim, name):
    members = [created(scim.post("/Users", user(f"{n}.{name}"))) for n in range(3)]
    answer = scim.post("/Groups", group(f"Gruppe Ä {name}", *members[:1]))
    id = created(answer)
    path = f"/Groups/{id}"

    def stored():
        return {member["value"] for member in scim.get(path).json.get("members", [])}

    assert stored() == set(members[:1])
    added = [{"value": member} for member in members[1:]]
    answer = scim.patch(path, {"op": "add", "path": "members", "value": added})
    assert answer.status in (200, 204)
    assert stored() == set(members)
    assert scim.get(f"/Users/{members[2]}").json["groups"][0]["value"] == id
    answer = scim.patch(path, {"op": "remove", "path": f'members[value eq "{members[0]}"]'})
    assert answer.status in (200, 204)
    assert stored() == set(members[1:])
    assert scim.put(path, group(f"Gruppe Ö {name}", members[0])).status == 200
    assert stored() == {members[0]}
    found = scim.find("/Groups", f'displayName eq "gruppe ö {name}"', excludedAttributes="members")
    assert [resource["id"] for resource in found.json["Resources"]] == [id]
    assert "members" not in found.json["Resources"][0]
    assert scim.delete(path).status == 204
    assert_error(scim.get(path), 404)


# URLs


@pytest.mark.parametrize("awkward", AWKWARD_NAMES)
def test_filter_finds_awkward_names(scim, awkward):
    awkward = f"{uuid.uuid4()} {awkward}"
    id = created(scim.post("/Users", user(awkward)))
    text = json.dumps(awkward, ensure_ascii=False)
    filter = f"userName eq {text}"
    queries = [
        # Every byte encoded; only what must be; blanks as plus signs.
        encode_all(filter),
        "".join(c if c.isalnum() and c.isascii() else encode_all(c) for c in filter),
        "+".join(encode_all(word) for word in filter.split(" ")),
    ]
    for query in queries:
        answer = scim.get(f"/Users?filter={query}")
        assert answer.status == 200, answer.body
        assert [found["id"] for found in answer.json["Resources"]] == [id], query
        assert answer.json["Resources"][0]["userName"] == awkward
    assert scim.delete(f"/Users/{id}").status == 204


def test_plus_sign_is_a_blank_and_its_encoding_a_plus_sign(scim, name):
    """But where blanks are encoded, a plus sign is one."""
    id = created(scim.post("/Users", user(f"a+b.{name}")))
    answer = scim.get(f"/Users?filter=userName%20eq%20%22a+b.{name}%22")
    assert [found["id"] for found in answer.json["Resources"]] == [id]
    answer = scim.get(f"/Users?filter=userName+eq+%22a%2Bb.{name}%22")
    assert [found["id"] for found in answer.json["Resources"]] == [id]
    assert scim.get(f"/Users?filter=userName+eq+%22a+b.{name}%22").json["totalResults"] == 0


def test_names_compare_without_case_beyond_ascii(scim, name):
    id = created(scim.post("/Users", user(f"ÉLODIE.{name}")))
    answer = scim.find("/Users", f'userName eq "élodie.{name}"')
    assert [found["id"] for found in answer.json["Resources"]] == [id]


def test_slashes_more_or_less(scim, name):
    id = created(scim.post("/Users", user(name)))
    for path in (f"/Users/{id}", f"/Users/{id}/", f"//Users/{id}", f"/Users//{id}", f"/Users/{id}?"):
        answer = scim.get(path)
        assert (answer.status, answer.json["id"]) == (200, id), path
    for path in ("/Users", "/Users/", "//Users", "/Users?"):
        assert scim.get(path).status == 200, path


def test_unknown_paths_are_scim_errors(scim):
    for path in ("/Nothing", "/Users/unknown", "/Users/a/b", "/Users/%41%20%C3%A4"):
        assert_error(scim.get(path), 404)


def test_trap_03_paths_are_decoded_once(scim):
    for path in ("/Users/a%25b", "/Users/a%252Fb", "/Users/a%3Fb", "/Users/%2531"):
        assert_error(scim.get(path), 404)


def test_trap_03_filters_are_decoded_once(scim, name):
    id = created(scim.post("/Users", user(f"100%25.{name}")))
    answer = scim.find("/Users", f'userName eq "100%25.{name}"')
    assert [found["id"] for found in answer.json["Resources"]] == [id]
    assert scim.find("/Users", f'userName eq "100%.{name}"').json["totalResults"] == 0


@pytest.mark.parametrize("query", ["--version", "-s+/tmp/x", "token+create+evil"])
def test_trap_05_query_is_no_command_line(scim, query):
    answer = scim.get(f"/ServiceProviderConfig?{query}")
    assert (answer.status, answer.json["patch"]["supported"]) == (200, True)


def test_repeated_lists_of_attributes(scim, name):
    created(scim.post("/Users", user(name, title="Engineer", nickName="Zo")))
    filter = f"filter=userName+eq+%22{name}%22"
    answer = scim.get(f"/Users?{filter}&attributes=title&attributes=nickName")
    found, = answer.json["Resources"]
    assert (found["title"], found["nickName"]) == ("Engineer", "Zo")
    assert "userName" not in found
    answer = scim.get(f"/Users?{filter}&excludedAttributes=title&excludedAttributes=nickName")
    found, = answer.json["Resources"]
    assert found["userName"] == name
    assert not {"title", "nickName"} & found.keys()


def test_pages(scim, name):
    for n in range(5):
        created(scim.post("/Users", user(f"page{n}.{name}")))
    filter = f'userName co "{name}"'
    answer = scim.find("/Users", filter, startIndex=2, count=2, sortBy="userName")
    assert answer.json["totalResults"] == 5
    assert answer.json["startIndex"] == 2
    names = [found["userName"] for found in answer.json["Resources"]]
    assert names == [f"page1.{name}", f"page2.{name}"]


def test_discovery(scim):
    for path in ("/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas",
                 f"/Schemas/{CORE}User", f"/Schemas/{CORE}Group"):
        answer = scim.get(path)
        assert answer.status == 200, path
        assert answer.headers["content-type"].startswith("application/scim+json")
    assert scim.get("/ServiceProviderConfig").json["patch"]["supported"] is True


def test_trap_06_repeated_header_fields(scim):
    """They reach the program as one variable several times over, or joined."""
    for _ in range(2):
        twice = ["Accept: application/scim+json", "X-Twice: a"] * 2
        reply = scim.raw(head(scim, "GET", "/Users?count=0", *twice), half_close=False)
        assert status_of(reply) == 200


# Preconditions


def test_trap_02_status_line_is_ours(scim):
    reply = scim.raw(head(scim, "GET", "/Users/unknown"), half_close=False)
    assert reply.startswith(b"HTTP/1.1 404 Not Found\r\n")


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_trap_02_entity_tags(scim, name, coding):
    """Compression alters entity tags on the way; the client sends them back as altered."""
    id = created(scim.post("/Users", user(name)))
    path, accept = f"/Users/{id}", {"Accept-Encoding": coding}
    answer = scim.get(path, accept)
    first = answer.headers["etag"]
    if coding == "identity":
        assert first == answer.json["meta"]["version"]
    else:
        assert answer.headers["content-encoding"] == "gzip"
    answer = scim.get(path, {**accept, "If-None-Match": first})
    assert (answer.status, answer.body) == (304, b"")
    answer = scim.put(path, user(name, title="one"), {**accept, "If-Match": first})
    assert answer.status == 200
    second = answer.headers["etag"]
    assert second != first
    assert_error(scim.put(path, user(name, title="two"), {"If-Match": first}), 412)
    assert_error(scim.delete(path, {"If-Match": first}), 412)
    assert scim.get(path, {"If-None-Match": first}).json["title"] == "one"
    assert scim.delete(path, {"If-Match": second}).status == 204


# Bodies


def certificate(size):
    """A user member that makes a body of about `size` bytes."""
    return {"x509Certificates": [{"value": base64.b64encode(b"\xa5" * (size * 3 // 4)).decode()}]}


def padded(body, size):
    """The body as JSON of exactly `size` bytes: blanks before the last brace."""
    text = json.dumps(body).encode()
    return text[:-1] + b" " * (size - len(text)) + text[-1:]


def test_compressed_body_is_refused(scim, name):
    body = gzip.compress(json.dumps(user(name)).encode())
    answer = scim.post("/Users", body, {"Content-Encoding": "gzip"})
    assert_error(answer, 415)
    assert "gzip" in answer.json["detail"]
    assert answer.headers["accept-encoding"] == "identity"


def test_byte_order_mark(scim, name):
    id = created(scim.post("/Users", b"\xef\xbb\xbf" + json.dumps(user(name)).encode()))
    assert scim.get(f"/Users/{id}").json["userName"] == name


def test_body_of_100_kilobytes(scim, name):
    body = user(name, **certificate(100_000))
    id = created(scim.post("/Users", body))
    assert scim.get(f"/Users/{id}").json["x509Certificates"][0]["value"] == (
        body["x509Certificates"][0]["value"])


def has_default_fcgid_limit(site):
    return site.kind.startswith("htaccess-fcgid")


def test_body_at_the_limit(site, scim, name):
    size = FCGID_BODY_BYTES_MAX if has_default_fcgid_limit(site) else BODY_BYTES_MAX
    created(scim.post("/Users", padded(user(name), size)))


def test_trap_08_body_beyond_the_limit(site, scim, name):
    if has_default_fcgid_limit(site):
        # mod_fcgid itself answers, and it says 500.
        assert_error(scim.post("/Users", padded(user(name), FCGID_BODY_BYTES_MAX + 1)), 500)
    else:
        assert_error(scim.post("/Users", padded(user(name), BODY_BYTES_MAX + 1)), 413)
    assert scim.find("/Users", f'userName eq "{name}"').json["totalResults"] == 0


def test_web_server_stops_much_larger_bodies(site, scim):
    if site.kind.startswith("htaccess"):
        pytest.skip("the limit of a shared host is the host's")
    connection = http.client.HTTPConnection(scim.host, scim.port, timeout=60)
    connection.putrequest("POST", scim.prefix + "/Users")
    connection.putheader("Authorization", f"Bearer {scim.token}")
    connection.putheader("Content-Type", "application/scim+json")
    connection.putheader("Content-Length", str(64 << 20))
    connection.endheaders()
    response = connection.getresponse()
    assert response.status == 413
    assert response.getheader("Content-Type") == "application/scim+json"
    assert json.loads(response.read())["schemas"] == [ERROR]
    connection.close()


def head(scim, method, path, *lines):
    request = f"{method} {scim.prefix}{path} HTTP/1.1"
    return "\r\n".join([
        request, f"Host: {scim.host}:{scim.port}", "Connection: close",
        f"Authorization: Bearer {scim.token}", *lines, "", ""]).encode()


def status_of(reply):
    assert reply.startswith(b"HTTP/1."), reply
    return int(reply.split(b" ", 2)[1])


@pytest.mark.parametrize("filler", [0, 40_000])
def test_chunked_upload(scim, name, filler):
    body = json.dumps(user(name, **certificate(filler)) if filler else user(name)).encode()
    half = len(body) // 2
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:], b""))
    reply = scim.raw(
        head(scim, "POST", "/Users", "Content-Type: application/scim+json",
             "Transfer-Encoding: chunked") + chunks,
        half_close=False)
    assert status_of(reply) == 201
    assert scim.find("/Users", f'userName eq "{name}"').json["totalResults"] == 1


def test_trap_09_upload_cut_short_stores_nothing(scim, name):
    """The most treacherous cut: what arrived is complete JSON, only not all that was announced."""
    body = json.dumps(user(name)).encode()
    reply = scim.raw(
        head(scim, "POST", "/Users", "Content-Type: application/scim+json",
             f"Content-Length: {len(body) + 20}") + body)
    assert reply == b"" or status_of(reply) >= 400
    assert scim.find("/Users", f'userName eq "{name}"').json["totalResults"] == 0


def test_expect_continue(scim, name):
    body = json.dumps(user(name)).encode()
    reply = scim.raw(
        head(scim, "POST", "/Users", "Content-Type: application/scim+json",
             "Expect: 100-continue", f"Content-Length: {len(body)}") + body,
        half_close=False)
    assert b"HTTP/1.1 201 " in reply


# Methods


def test_head_is_get_without_a_body(scim, name):
    id = created(scim.post("/Users", user(name)))
    answer = scim.request("HEAD", f"/Users/{id}")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-type"].startswith("application/scim+json")
    assert answer.headers["etag"] == scim.get(f"/Users/{id}").headers["etag"]


def test_methods_that_do_not_apply(scim):
    for method, path in (("DELETE", "/Users"), ("POST", "/ServiceProviderConfig"), ("PUT", "/Groups")):
        answer = scim.request(method, path, b"{}" if method != "DELETE" else None)
        assert answer.status in (404, 405, 501), (method, path, answer.body)
        assert answer.json["schemas"] == [ERROR]
    assert scim.request("BREW", "/Users").status in (400, 405, 501)


# Browsers


def test_answers_to_other_origins(site, scim, name):
    origin = {"Origin": "https://tester.example"}
    answers = [
        scim.post("/Users", user(name), origin), scim.get("/ServiceProviderConfig", origin),
        scim.get("/Users/unknown", origin), Client(site.base).get("/Users", origin),
    ]
    assert [answer.status for answer in answers] == [201, 200, 404, 401]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == "*"
        exposed = answer.headers["access-control-expose-headers"].lower().split(", ")
        assert {"etag", "location"} <= set(exposed)
        assert "access-control-allow-credentials" not in answer.headers
    assert "access-control-allow-origin" not in scim.get("/Users?count=0").headers


@pytest.mark.parametrize(
    "path, methods", [
        ("/Users", {"GET", "POST"}), ("/Users/unknown", {"GET", "PUT", "PATCH", "DELETE"}),
        ("/ServiceProviderConfig", {"GET"}),
    ])
def test_preflight(site, path, methods):
    """The browser asks, without a token, what it may send."""
    answer = Client(site.base).request("OPTIONS", path, headers={
        "Origin": "https://tester.example", "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,content-type,if-match"})
    assert answer.status in (200, 204)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert methods <= set(answer.headers["access-control-allow-methods"].split(", "))
    headers = answer.headers["access-control-allow-headers"].lower().split(", ")
    assert {"authorization", "content-type", "if-match", "if-none-match"} <= set(headers)


# Many at a time


def test_concurrent_clients(scim, name):
    """Eight clients create users and add them to one group; every answer and every row is right."""
    path = f"/Groups/{created(scim.post('/Groups', group(name)))}"

    def provision(worker):
        ids = []
        for n in range(5):
            ids.append(created(scim.post("/Users", user(f"{worker}.{n}.{name}"))))
            answer = scim.patch(
                path, {"op": "add", "path": "members", "value": [{"value": ids[-1]}]})
            assert answer.status in (200, 204), answer.body
            assert scim.get(f"/Users/{ids[-1]}").json["userName"] == f"{worker}.{n}.{name}"
        return ids

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        ids = [id for part in pool.map(provision, range(8)) for id in part]
    assert len(set(ids)) == 40
    assert {member["value"] for member in scim.get(path).json["members"]} == set(ids)
    found = scim.find("/Users", f'userName co "{name}"', count=0)
    assert found.json["totalResults"] == 40


# Junk


JUNK_BODIES = [
    b"", b"{", b"null", b"[]", b'"text"', b"\xff\xfe{}", b"\x00", b"{}" * 1000,
    b"[" * 50_000, b'{"a":' * 10_000, b'{"userName":"\\ud800"}', b'{"userName":"a\\u0000b"}',
    b'{"userName":{"a":1}}', b'{"schemas":"x","userName":[]}',
    b'{"userName":"a","userName":"b"}',
]


@pytest.mark.parametrize("body", JUNK_BODIES, ids=lambda body: repr(body[:16]))
@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
def test_junk_bodies_are_client_errors(scim, method, body):
    path = "/Users" if method == "POST" else "/Users/unknown"
    answer = scim.request(method, path, body)
    assert 400 <= answer.status < 500, answer.body
    assert answer.json["schemas"] == [ERROR]


JUNK_TARGETS = [
    "/Users?filter=", "/Users?filter=%22", "/Users?filter=userName+eq", "/Users?filter=%FF%FE",
    "/Users?filter=" + "(" * 3000, "/Users?filter=" + "not+" * 1500, "/Users?startIndex=%00",
    "/Users?count=-99999999999999999999", "/Users?-s+/tmp/x", "/Users?%2Dh", "/Users?sortBy=%27",
    "/Users?attributes=" + "," * 3000, "/Users?a=%", "/Users?a=%4", "/Users/%FF", "/Users/%0A",
    "/Users/%00", "/Users/..%2F..%2Fetc%2Fpasswd", "/Users/" + "a" * 7000, "/%E2%82", "/../../etc",
    "/./Users", "/Users;x=1", "/Users/%252F", "/Users/%3Fa", "/Users#a",
]


@pytest.mark.parametrize("target", JUNK_TARGETS, ids=lambda target: target[:24])
def test_junk_targets_are_no_server_errors(scim, target):
    reply = scim.raw(head(scim, "GET", target), half_close=False)
    assert 200 <= status_of(reply) < 500, reply[:500]


JUNK_REQUESTS = [
    b"GET /scim/v2/Users HTTP/1.0\r\n\r\n",
    b"GET /scim/v2/Users\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET http://other.example/scim/v2/Users HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    b"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET /scim/v2/Users HTTP/1.1\r\nHost: a\"b<c>\r\nConnection: close\r\n\r\n",
    b"GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\nProxy: http://evil\r\nConnection: close\r\n\r\n",
    b"GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\nX-\xff: \xff\r\nConnection: close\r\n\r\n",
    b"GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\n" + b"X-Many: y\r\n" * 90 + b"Connection: close\r\n\r\n",
    b"GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\nX-Long: " + b"y" * 7000 + b"\r\nConnection: close\r\n\r\n",
]


@pytest.mark.parametrize("request_bytes", JUNK_REQUESTS, ids=lambda text: repr(text[:60])[-40:])
def test_junk_requests_leave_the_service_standing(scim, request_bytes):
    reply = scim.raw(request_bytes)
    if reply.startswith(b"HTTP/1."):
        assert status_of(reply) < 500, reply[:500]
    assert scim.get("/Users?count=0").status == 200


def test_configuration_cannot_come_from_headers(site, scim):
    headers = {"Roster-Database": "/tmp/evil.sqlite", "Roster-Base-Url": "http://evil.example/v2"}
    answer = scim.get("/ServiceProviderConfig", headers)
    assert "evil" not in answer.body.decode()


# The site around it


def test_the_rest_of_the_site_is_untouched(site):
    for path in ("/", "/about/", "/scim-like/v2/Users"):
        answer = Client(site.origin).get(path)
        assert (answer.status, answer.body.decode()) == (200, sites.FRONT_CONTROLLER), path


def test_files_beside_the_program_are_not_served(site, scim):
    if not site.kind.startswith("htaccess"):
        pytest.skip("nothing lies in the document root")
    directory = site.docroot / "scim"
    # As some hosts have it for every file: what follows a file's name is left to the file.
    htaccess = directory / ".htaccess"
    htaccess.write_text(htaccess.read_text() + "AcceptPathInfo On\n")
    for name in (
        "roster.sqlite", "roster.sqlite-wal", "my.sqlite.bak", ".htroster.sqlite", ".htroster",
        ".htaccess",
    ):
        if name != ".htaccess":
            (directory / name).write_text("secret")
        for path in name, f"{name}/v2/x", f"{name}/v2/Users/roster.sqlite", f"./v2/../{name}":
            answer = Client(site.origin).get(f"/scim/{path}")
            assert answer.status in (403, 404), path
            assert b"secret" not in answer.body and b"ROSTER" not in answer.body
    for path in "/Users/x.sqlite", "/Users/.htaccess", "/roster.sqlite":
        assert_error(scim.get(path), 404)


def test_error_log_holds_no_token(site, scim):
    scim.get("/Users")
    assert site.token not in site.logs()
