import CClef

typealias ErrorOut = UnsafeMutablePointer<OpaquePointer?>
typealias HandleOut = UnsafeMutablePointer<OpaquePointer?>
typealias TextOut = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// Calls C, and throws what it says went wrong.
func check(_ call: (ErrorOut) -> clef_status) throws {
    var error: OpaquePointer?
    let status = call(&error)
    guard status != Status.ok.rawValue else { return }
    defer { clef_error_free(error) }
    throw (error.map(ClefError.init(reading:))
        ?? ClefError(Status(rawValue: status), "clef gave no error")).thrown
}

/// A handle that C makes.
func make(
    _ free: @escaping (OpaquePointer?) -> Void, _ call: (HandleOut, ErrorOut) -> clef_status
) throws -> Handle {
    var made: OpaquePointer?
    try check { call(&made, $0) }
    return try owned(made, free)
}

/// A handle that C has given.
func owned(_ handle: OpaquePointer?, _ free: @escaping (OpaquePointer?) -> Void) throws -> Handle {
    guard let handle else { throw ClefError(.internal, "clef gave nothing") }
    return Handle(handle, free)
}

/// A text that C makes, or nothing.
func makeOptionalText(_ call: (TextOut, ErrorOut) -> clef_status) throws -> String? {
    var made: UnsafeMutablePointer<CChar>?
    try check { call(&made, $0) }
    defer { clef_string_free(made) }
    return made.map { String(cString: $0) }
}

/// A text that C makes.
func makeText(_ call: (TextOut, ErrorOut) -> clef_status) throws -> String {
    guard let text = try makeOptionalText(call) else {
        throw ClefError(.internal, "clef gave no text")
    }
    return text
}

extension String {
    /// C ends a string at its first NUL, so what comes after that would be lost.
    func forC(_ name: StaticString) throws -> String {
        guard !utf8.contains(0) else {
            throw ClefError(.invalidArgument, "\(name) must not contain NUL")
        }
        return self
    }
}

extension Optional where Wrapped == String {
    func forC(_ name: StaticString) throws -> String? {
        try self?.forC(name)
    }
}

extension Duration {
    /// Milliseconds as C takes them, rounded up: -1 for ever, which is nil. What is negative has passed already: 0.
    static func milliseconds(of duration: Duration?) -> Int64 {
        guard let duration else { return -1 }
        guard duration > .zero else { return 0 }
        let (seconds, attoseconds) = duration.components
        let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, isTooLongInAll) = whole.addingReportingOverflow(
            (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
        return isTooLong || isTooLongInAll ? .max : sum
    }
}
