-- Logs the user in from a script in somebody else's program: nothing here blocks, and no Lua function is ever called from
-- C, which LuaJIT allows on its own thread alone. A host would do what `each_frame` does once a frame.
--
--     CLIENT_ID=... luajit login.lua
local ffi = require("ffi")
local clef = require("clef")
local C = clef.library

ffi.cdef("int poll(void *fds, unsigned long count, int timeout);")

local accounts_url = os.getenv("ACCOUNTS_URL") or "https://accounts.spotify.com" -- the sandbox, to try it
local plain = clef.call("clef_credentials", "clef_credentials_new", os.getenv("CLIENT_ID"), nil,
                        "http://127.0.0.1/callback", nil)
local credentials = clef.call("clef_credentials", "clef_credentials_with_accounts_url", plain, accounts_url)
local runtime = clef.call("clef_runtime", "clef_runtime_new")

local options = clef.owned("clef_login_options", C.clef_login_options_new())
clef.call(nil, "clef_login_options_set_flags", options, bit.bor(C.CLEF_AUTH_PKCE, C.CLEF_LOGIN_NO_BROWSER))
local login = clef.call("clef_operation", "clef_login_start", credentials, nil, options, runtime, nil, nil, nil)
print("Log in here:")
print(clef.call("char", "clef_operation_url", login))
io.flush()

local token, reading -- of the user; what reads the access token of it

-- Looks at what is under way, and never waits; true once there is an access token.
local function each_frame()
    if not token then
        if C.clef_operation_is_done(login) then
            token = clef.call("clef_refreshing_token", "clef_operation_refreshing_token", login)
            reading = clef.call("clef_operation", "clef_refreshing_token_access_token_start", token, runtime,
                                nil, nil, nil)
        end
        return false
    end
    return C.clef_operation_is_done(reading)
end

while not each_frame() do
    ffi.C.poll(nil, 0, 16) -- the rest of the frame
end
local access_token = clef.call("char", "clef_operation_access_token", reading)
-- Ask anew before each request to the Web API, and show no more of it than here.
print(("Authorization: Bearer %s..."):format(access_token:sub(1, 4)))
