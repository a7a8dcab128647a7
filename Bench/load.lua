-- The requests of the bench, for wrk. After `--`: operation, first number, size of the directory,
-- file of ids (one a line), and for groups how many there are and how many members each began
-- with. BENCH_TOKEN holds the bearer token. One thread only: the numbers of the requests run on,
-- and the last one is printed, so that the next run goes on from there.

local ffi = require("ffi")
ffi.cdef("int getpid(void); int kill(int, int);")

local base = "/scim/v2"
local patchHead = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":['
local userSchemas = '["urn:ietf:params:scim:schemas:core:2.0:User",'
    .. '"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]'
local given = { "Ada", "Grace", "Barbara", "Edsger", "Donald", "Niklaus", "Radia", "Tony" }
local family = { "Lovelace", "Hopper", "Liskov", "Dijkstra", "Knuth", "Wirth", "Perlman", "Hoare" }
local threads = {}

-- Visits every number from 1 to size once before it repeats one, in no order that an index has.
local function scattered(number, size)
    return (number * 7919) % size + 1
end

local function userName(number)
    return string.format("user%07d@example.com", number)
end

local function user(number)
    local first, last = given[number % 8 + 1], family[math.floor(number / 8) % 8 + 1]
    local name = userName(number)
    return string.format(
        '{"schemas":%s,"userName":"%s","externalId":"00u%017d","name":{"formatted":"%s %s",'
        .. '"givenName":"%s","familyName":"%s"},"displayName":"%s %s","title":"Engineer",'
        .. '"preferredLanguage":"en-US","timezone":"Europe/Berlin","active":true,'
        .. '"emails":[{"value":"%s","type":"work","primary":true},'
        .. '{"value":"home%d@example.net","type":"home"}],'
        .. '"phoneNumbers":[{"value":"+49 30 %07d","type":"work"}],'
        .. '"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":'
        .. '{"employeeNumber":"%07d","department":"Department %d","costCenter":"%d"}}',
        userSchemas, name, number, first, last, first, last, first, last,
        name, number, number, number, number % 40, 4000 + number % 20)
end

local operations = {}

function operations.get(number)
    return wrk.format("GET", base .. "/Users/" .. ids[scattered(number, size)])
end

function operations.filter(number)
    local name = userName(scattered(number, size) - 1):gsub("@", "%%40")
    return wrk.format("GET", base .. "/Users?filter=userName%20eq%20%22" .. name .. "%22")
end

function operations.list()
    return wrk.format("GET", base .. "/Users?startIndex=1&count=100")
end

function operations.post(number)
    return wrk.format("POST", base .. "/Users", nil, user(number))
end

-- Every pass through the directory turns `active` round, so that each request is a real change.
function operations.patch(number)
    local active = math.floor(number / size) % 2 == 1 and "true" or "false"
    return wrk.format("PATCH", base .. "/Users/" .. ids[scattered(number, size)], nil,
        patchHead .. '{"op":"replace","path":"active","value":' .. active .. '}]}')
end

-- Adds a member that the group has not got yet. The ids are those of `groups` groups, then all
-- users; each group begins with `members` users that follow each other, at equal distances.
function operations.member(number)
    local group, pass = number % groups, math.floor(number / groups)
    local users = #ids - groups
    local member = (group * math.floor(users / groups) + members + pass) % users
    return wrk.format("PATCH", base .. "/Groups/" .. ids[group + 1], nil,
        patchHead .. '{"op":"add","path":"members","value":[{"value":"'
        .. ids[groups + member + 1] .. '"}]}]}')
end

-- Posts users until there are `size` of them, and writes their ids to the file. The lists that
-- the other connections ask for while the last user is being made do not count.
local function load()
    local output = assert(io.open(path, "w"))
    local left = size
    function response(status, _, body)
        if status == 200 then return end
        local id = status == 201 and body:match('"id"%s*:%s*"([^"]+)"')
        if id then output:write(id, "\n") end
        left = left - 1
        if left == 0 then
            output:close()
            -- A thread that stops itself leaves wrk asleep until its time is up; SIGINT does not.
            ffi.C.kill(ffi.C.getpid(), 2)
        end
    end
    return function(number)
        if number < size then return operations.post(number) end
        return operations.list()
    end
end

function setup(thread)
    table.insert(threads, thread)
end

function init(arguments)
    -- wrk asks for one request before the first that it sends.
    operation, n = arguments[1], tonumber(arguments[2]) - 1
    size, path = tonumber(arguments[3]), arguments[4]
    groups, members = tonumber(arguments[5]), tonumber(arguments[6])
    wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN")
    wrk.headers["Content-Type"] = "application/scim+json"
    ids = {}
    if operation == "load" then
        operations.load = load()
    else
        for line in io.lines(path) do ids[#ids + 1] = line end
    end
    make = operations[operation]
end

function request()
    local number = n
    n = n + 1
    return make(number)
end

function done(summary)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests":%d,"microseconds":%d,"bytes":%d,"refused":%d,"broken":%d,"next":%d}\n',
        summary.requests, summary.duration, summary.bytes, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout, threads[1]:get("n")))
end
