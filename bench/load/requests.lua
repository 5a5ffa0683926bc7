-- Sends requests of the kind in KIND, with random ids of SESSIONS sessions.
local kind = os.getenv("KIND")
local sessions = tonumber(os.getenv("SESSIONS"))
local json = { ["content-type"] = "application/json" }
local counter = 0
math.randomseed(os.time() + tonumber(os.getenv("SEED") or "0"))

local function id() return "s" .. math.random(1, sessions) end

-- With isolation: the authorization header of the session's owner. TOKENS contains one token per user, separated by commas.
local owners = {}
for token in (os.getenv("TOKENS") or ""):gmatch("[^,]+") do owners[#owners + 1] = "Bearer " .. token end
local function by_owner(session)
  if #owners == 0 then return nil end
  return { authorization = owners[session % #owners + 1] }
end
local function user() return "user-" .. math.random(0, 99) end

-- The id of a session that was created for delete requests and not used yet.
local function spare()
  counter = counter + 1
  return "spare-" .. counter
end

local kinds = {
  list = function() return wrk.format("GET", "/sessions?limit=20") end,
  ["list by user"] = function() return wrk.format("GET", "/sessions?user_id=" .. user()) end,
  ["list by name"] = function() return wrk.format("GET", "/sessions?session_name=chat+" .. math.random(1, 99)) end,
  detail = function()
    local session = math.random(1, sessions)
    return wrk.format("GET", "/sessions/s" .. session, by_owner(session))
  end,
  runs = function() return wrk.format("GET", "/sessions/" .. id() .. "/runs") end,
  ["run previews"] = function() return wrk.format("GET", "/sessions/" .. id() .. "/run-previews") end,
  ["single run"] = function()
    local session = math.random(1, sessions)
    return wrk.format("GET", "/sessions/s" .. session .. "/runs/r" .. session .. "-1")
  end,
  create = function() return wrk.format("POST", "/sessions", json, '{"session_name":"bench","session_state":{"step":1},"user_id":"bench"}') end,
  rename = function() return wrk.format("POST", "/sessions/" .. id() .. "/rename", json, '{"session_name":"renamed"}') end,
  patch = function() return wrk.format("PATCH", "/sessions/" .. id(), json, '{"metadata":{"tag":"bench"}}') end,
  delete = function() return wrk.format("DELETE", "/sessions/" .. spare()) end,
  ["bulk delete"] = function()
    local ids, types = {}, {}
    for i = 1, 10 do ids[i], types[i] = '"' .. spare() .. '"', '"agent"' end
    local body = '{"session_ids":[' .. table.concat(ids, ",") .. '],"session_types":[' .. table.concat(types, ",") .. "]}"
    return wrk.format("DELETE", "/sessions", json, body)
  end,
}

request = kinds[kind]
