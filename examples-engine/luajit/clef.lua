-- Loads clef for LuaJIT: `local clef = require("clef")`. The declarations are those of clef.h itself, so they cannot
-- differ from the library that is installed beside it.
--
-- CLEF_HEADER and CLEF_LIBRARY say where both are, if not where the system looks.
local ffi = require("ffi")

-- ffi.cdef knows C, int32_t and bool, but no preprocessor.
local function declarations(path)
    local file = assert(io.open(path))
    local header = file:read("*a")
    file:close()
    return (header
        :gsub("\\\n", " ")
        :gsub("/%*.-%*/", "")
        :gsub("#ifdef __cplusplus.-#endif[^\n]*", "")
        :gsub("%f[^\n]%s*#[^\n]*", "")
        :gsub("%f[%w_]CLEF_API%f[^%w_]", ""))
end

ffi.cdef(declarations(os.getenv("CLEF_HEADER") or "/usr/local/include/clef.h"))
local library = ffi.load(os.getenv("CLEF_LIBRARY") or "clef")

local clef = {library = library}

-- Has the garbage collector free `handle` as C would: owned("clef_token", handle).
function clef.owned(type, handle)
    return ffi.gc(handle, library[type .. "_free"])
end

-- Calls a function that can fail, with these arguments before its outputs. `output` is the type of what it gives, if it
-- gives something: call("clef_token", "clef_token_from_json", json, 0). A failure is a Lua error, whose text has no secret.
function clef.call(output, name, ...)
    local arguments = {...}
    local count = select("#", ...)
    local result = output and ffi.new(output .. " *[1]")
    local error_out = ffi.new("clef_error *[1]")
    if result then
        count = count + 1
        arguments[count] = result
    end
    arguments[count + 1] = error_out
    if library[name](unpack(arguments, 1, count + 1)) ~= library.CLEF_STATUS_OK then
        local failure = clef.owned("clef_error", error_out[0])
        error(ffi.string(library.clef_error_message(failure)), 2)
    end
    if not result then
        return
    elseif output == "char" then
        local text = ffi.string(result[0])
        library.clef_string_free(result[0])
        return text
    end
    return clef.owned(output, result[0])
end

return clef
