"""Replays the conversations of identity providers (Tests/Fixtures/transcripts, *.jsonl).

A line is one request and what its answer must hold: `step`, `method`, `path` (below the SCIM base
URL, percent-encoded as sent), `headers`, `body` (JSON, or text), `expect` (`status`: allowed codes;
`headers`; `json`: JSON paths and what is found there) and `capture` (variables and the JSON paths
that fill them). `{{name}}` is replaced by a variable: `token`, `basic` and `baseUrl` are given,
the others captured by an earlier line.
"""

import json
import re

# .name  [0]  ['quoted key']  [?(@.attribute=='text')]
STEP = re.compile(
    r"\.(?P<name>[\w$-]+)|\[(?P<index>\d+)\]|\['(?P<key>[^']+)'\]"
    r"|\[\?\(@\.(?P<attribute>[\w$-]+)=='(?P<text>[^']*)'\)\]")


def lookup(document, path):
    """The value at a JSON path that begins with `$`; None when a part of it is missing."""
    value, position = document, 1
    while position < len(path):
        step = STEP.match(path, position)
        if step is None:
            raise ValueError(f"not a path: {path}")
        position = step.end()
        value = member(value, step)
        if value is None:
            return None
    return value


def member(value, step):
    key = step["name"] or step["key"]
    if key is not None:
        return value.get(key) if isinstance(value, dict) else None
    elements = value if isinstance(value, list) else []
    if step["index"] is not None:
        index = int(step["index"])
        return elements[index] if index < len(elements) else None
    return next((
        element for element in elements
        if isinstance(element, dict)
        and str(element.get(step["attribute"], "")).lower() == step["text"].lower()), None)


def matches(value, wanted):
    """Whether a value is what a line expects: a literal of the same type, or a matcher."""
    if isinstance(wanted, dict) and len(wanted) == 1:
        (name, argument), = wanted.items()
        if name == "$exists":
            return value is not None
        if name == "$absent":
            return value is None or value == []
        if name == "$len":
            return len(value or []) == argument
        if name == "$matches":
            if value is None or isinstance(value, (dict, list)):
                return False
            text = value if isinstance(value, str) else json.dumps(value)
            return re.search(argument, text) is not None
    return type(value) is type(wanted) and value == wanted


def substitute(value, variables):
    if isinstance(value, str):
        return re.sub(r"\{\{(\w+)\}\}", lambda found: variables[found[1]], value)
    if isinstance(value, list):
        return [substitute(element, variables) for element in value]
    if isinstance(value, dict):
        return {
            substitute(key, variables): substitute(element, variables)
            for key, element in value.items()
        }
    return value


def replay(client, lines, variables):
    """Sends the lines in order; returns (steps, problems), a problem being one line of text."""
    variables = dict(variables)
    problems = []
    steps = [json.loads(line) for line in lines if line.strip()]
    for number, step in enumerate(steps, 1):
        found = run(client, step, variables)
        if found:
            request = f"{step['method']} {step['path']}"
            problems.append(f"{number} {step['step']}: {request}: {'; '.join(found)}")
    return len(steps), problems


def run(client, step, variables):
    """Problems of one step; fills `variables` with what it captures."""
    try:
        sent = substitute(
            {key: step.get(key) for key in ("method", "path", "headers", "body", "expect")},
            variables)
    except KeyError as missing:
        return [f"variable {missing} was never captured"]
    answer = client.send(sent["method"], sent["path"], fields(sent["headers"]), encode(sent))
    expect = sent["expect"] or {}
    problems = []
    if "status" in expect and answer.status not in expect["status"]:
        problems.append(f"status {answer.status}, not {expect['status']}: {answer.body[:300]!r}")
    for name, wanted in (expect.get("headers") or {}).items():
        value = answer.headers.get(name.lower())
        if not matches(value, wanted):
            problems.append(f"header {name} is {value!r}, not {wanted!r}")
    paths, captures = expect.get("json") or {}, step.get("capture") or {}
    if not paths and not captures:
        return problems
    try:
        document = answer.json
    except ValueError:
        return problems + ["the answer is not JSON"]
    for path, wanted in paths.items():
        value = lookup(document, path)
        if not matches(value, wanted):
            problems.append(f"{path} is {value!r}, not {wanted!r}")
    for name, path in captures.items():
        value = lookup(document, path)
        if value is None:
            problems.append(f"nothing to capture at {path}")
        else:
            variables[name] = str(value)
    return problems


def encode(sent):
    """The body as bytes; methods that carry one send an empty one rather than none."""
    body = sent["body"]
    if body is None:
        return b"" if sent["method"] in ("POST", "PUT", "PATCH") else None
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return text.encode()


def fields(headers):
    return {name: value.encode() for name, value in (headers or {}).items()}
