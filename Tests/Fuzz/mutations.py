"""Ways to change a request: what breaks parsers, and what makes work grow faster than its input."""

import copy
import json
import re

BODY_BYTES_MAX = 1_040_000
TARGET_BYTES_MAX = 5_000  # up to three times as many when percent-encoded
PIECES = [
    "\u0301\u0323", "e\u0301", "\uFF9E\u0301", "\u00DF", "\u0130", "\u1E9E", "\U0001F600", "\uFFFF",
    "a.", ".b", "[", "]", "(", ")", '"', "\\", "'", " and ", " or ", "not (", " eq ", " co ", " pr",
    "name.", 'emails[type eq "work"].', "members", "$ref", "meta.version", "1e999", "-0.0", "12345",
    "99999999999999999999", "null", "true", "urn:", ":", "%", "_", "*", "{}", ",", "=", "\t", " ",
    "urn:ietf:params:scim:schemas:core:2.0:User:", "urn:scim:schemas:core:1.0:",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:", "2011-05-13T04:42:34Z"]
VALUES = [
    None, True, False, 0, -1, 2**63 - 1, 1.5, 1e300, "", " ", "x", [], {}, [None], [[]], [{}],
    {"value": "x"}, [{"value": "x", "type": "work", "primary": True}], "@USER@", "@GROUP@"]


def size(random, most):
    """Log-uniform: as many small sizes as large ones."""
    return int(2 ** random.uniform(0, most.bit_length() - 1))


def mutate(random, request, others):
    """Changes the request's target or body in place, one to four times."""
    for _ in range(random.randint(1, 4)):
        has_query = b"?" in request.target
        if request.body and random.random() < (0.7 if has_query else 0.9):
            change = random.choice([structure, structure, structure, bytes_of_body])
            request.body = change(random, request.body, others)[:BODY_BYTES_MAX]
        else:
            change = random.choice([terms, terms, spans]) if has_query else spans
            request.target = change(random, request.target, TARGET_BYTES_MAX)[:TARGET_BYTES_MAX]


def bytes_of_body(random, body, others):
    """Changes that know nothing of JSON."""
    other = random.choice(others).body or body
    return random.choice([
        lambda: spans(random, body, BODY_BYTES_MAX),
        lambda: body[:random.randrange(len(body) + 1)] + other[random.randrange(len(other) + 1):],
        lambda: flipped(random, body)])()


def flipped(random, text):
    if not text:
        return text
    place = random.randrange(len(text))
    return text[:place] + bytes([text[place] ^ 1 << random.randrange(8)]) + text[place + 1:]


def spans(random, text, most):
    """Repeats, leaves out or replaces a part of the text."""
    start, end = sorted(random.randrange(len(text) + 1) for _ in range(2))
    part = random.choice([text[start:end], random.choice(PIECES).encode()])
    count = random.choice([0, 1, 2, size(random, most) // max(1, len(part))])
    return text[:start] + part * count + text[random.choice([start, end]):]


def terms(random, target, most):
    """Repeats a part of the filter with other numbers in it, as terms of a larger one."""
    head, name, rest = target.partition(b"filter=")
    expression, _, tail = rest.partition(b"&")
    parts = re.split(rb" (?:and|or) ", expression)
    term = random.choice([expression, random.choice(parts)])
    joint = random.choice([b" or ", b" and ", b") or (", b" or not ("])
    count = size(random, most) // (len(term) + len(joint)) + 1
    made = joint.join(numbered(term, number) for number in range(count))
    opened, closed = made.count(b"("), made.count(b")")
    made = b"(" * max(0, closed - opened) + made + b")" * max(0, opened - closed)
    return head + name + made + (b"&" + tail if tail else b"")


def numbered(text, number):
    """The text with a number in each quoted string."""
    return re.sub(rb'"([^"]*)"', lambda found: b'"%s%d"' % (found[1][:20], number), text)


def structure(random, body, others):
    """Changes of one value in the JSON, mostly to make it large."""
    try:
        root = [json.loads(body)]
        places = list(walk(root))
        holder, key = random.choice(places)
        room = size(random, BODY_BYTES_MAX)
        holder[key] = changed(random, holder[key], room)
        return json.dumps(root[0], ensure_ascii=random.random() < 0.3).encode(
            errors="surrogatepass")
    except (ValueError, RecursionError):
        return spans(random, body, BODY_BYTES_MAX)


def walk(holder, most=2000):
    """Every place in the tree as (holder, key), the first ones of a large one."""
    left = [(holder, 0)]
    for holder, key in left:
        value = holder[key]
        keys = value if isinstance(value, dict) else range(len(value)) \
            if isinstance(value, list) else ()
        if len(left) < most:
            left += [(value, key) for key in list(keys)[:50]]
        yield holder, key


def changed(random, value, room):
    if random.random() < 0.15:
        return copy.deepcopy(random.choice(VALUES))
    if isinstance(value, list) and value:
        return more_elements(random, value, room)
    if isinstance(value, dict) and value:
        return more_members(random, value, room)
    if isinstance(value, str):
        return longer(random, value, room)
    return random.choice([[value] * min(room, 1000), {"value": value}, str(value)])


def more_elements(random, elements, room):
    element = json.dumps(random.choice(elements))
    count = room // (len(element) + 8) + 1
    is_numbered = random.random() < 0.7
    return elements + [
        json.loads(numbered_values(element, number) if is_numbered else element)
        for number in range(count)]


def numbered_values(text, number):
    """JSON text with a number behind each string that is no name and no URN."""
    return re.sub(
        r': "((?!urn)[^"\\]*)"(?=[,}])', lambda found: f': "{found[1][:40]}{number}"', text)


def more_members(random, members, room):
    """Members of other names, which may be paths."""
    name, value = random.choice(list(members.items()))
    value = random.choice([value, 1, "x"])
    begin, end = random.choice([
        (name, ""), (name + ".", ""), (name.upper(), ""), ("", "." + name),
        (random.choice(PIECES), name), (name + ":", ""), (f'{name}[value eq "', '"].value')])
    count = room // (len(begin) + len(end) + len(json.dumps(value)) + 14) + 1
    return {**members, **{f"{begin}{number}{end}": value for number in range(count)}}


def longer(random, text, room):
    """A piece repeated, or a path's filter with more terms."""
    piece = random.choice([*PIECES, text or "x"])
    found = re.fullmatch(r"([^\[]*\[)(.*)(\].*)", text, re.DOTALL)
    if found and random.random() < 0.7:
        term = found[2][:200].encode()
        count = min(room, 8000) // (len(term) + 4) + 1
        return found[1] + b" or ".join(
            numbered(term, number) for number in range(count)).decode() + found[3]
    return text[:random.randrange(len(text) + 1)] + piece * (room // len(piece.encode()) + 1)
