import CClef

/// A closure that C keeps as `user_data`.
final class Callback<Body: Sendable>: CallbackBox, @unchecked Sendable {
    private let body: Body

    init(_ body: Body) {
        self.body = body
    }

    /// For C, which frees it with ``freeCallback``.
    func retained() -> UnsafeMutableRawPointer {
        Unmanaged<CallbackBox>.passRetained(self).toOpaque()
    }

    static func body(of userData: UnsafeMutableRawPointer?) -> Body {
        guard let userData,
            let callback = Unmanaged<CallbackBox>.fromOpaque(userData).takeUnretainedValue() as? Callback<Body>
        else { preconditionFailure("C hands on what it was given") }
        return callback.body
    }
}

/// What every callback is, so that C can free it without knowing more.
class CallbackBox {}

let freeCallback: clef_free_callback = { userData in
    guard let userData else { return }
    Unmanaged<CallbackBox>.fromOpaque(userData).release()
}
