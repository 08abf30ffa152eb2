import CClef

/// Owns one handle of C's. All types that are kept in one may be used by any thread at any time, or are kept to
/// themselves by what holds them.
final class Handle: @unchecked Sendable {
    private let pointer: OpaquePointer
    private let free: (OpaquePointer?) -> Void

    init(_ pointer: OpaquePointer, _ free: @escaping (OpaquePointer?) -> Void) {
        self.pointer = pointer
        self.free = free
    }

    deinit {
        free(pointer)
    }

    /// The pointer, for as long as `body` runs.
    func use<Result>(_ body: (OpaquePointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(pointer) }
    }

    /// What C borrows from this handle, copied.
    func text(_ getter: (OpaquePointer?) -> UnsafePointer<CChar>?) -> String? {
        use { pointer in getter(pointer).map { String(cString: $0) } }
    }
}

extension Optional where Wrapped == Handle {
    /// The pointer or NULL, for as long as `body` runs.
    func use<Result>(_ body: (OpaquePointer?) throws -> Result) rethrows -> Result {
        switch self {
        case .some(let handle): return try handle.use(body)
        case .none: return try body(nil)
        }
    }
}
