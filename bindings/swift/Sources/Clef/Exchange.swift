import CClef
import Foundation

/// One request that waits for its answer. It is ended once, from any thread, now or later; dropped without an answer, it
/// is a ``Status/transport`` error.
public final class Exchange: @unchecked Sendable {
    private let lock = NSLock()
    /// Nil once it has ended.
    private var pointer: OpaquePointer?

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        clef_exchange_free(pointer)
    }

    /// What to carry. Empty once the exchange has ended.
    public var request: TokenRequest { TokenRequest(of: self) }

    /// Nobody waits for the answer any more.
    public var isCancelled: Bool {
        lock.lock()
        defer { lock.unlock() }
        return pointer.map { clef_exchange_is_cancelled($0) } ?? true
    }

    public func respond(_ response: HTTPResponse) throws {
        let response = try response.forC()
        end { exchange in response.use { clef_exchange_respond(exchange, $0) } }
    }

    /// Has another sender carry it.
    public func forward(to sender: Sender) {
        end { exchange in sender.handle.use { clef_exchange_forward(exchange, $0) } }
    }

    /// It could not be carried. `wasSent`: the service may have received it.
    public func fail(_ error: any Error, wasSent: Bool = false) {
        let failure = ClefError.reported(error, otherwise: .transport)
        let flags = wasSent ? UInt32(CLEF_EXCHANGE_SENT) : 0
        end { clef_exchange_fail($0, failure.status.rawValue, flags, failure.message) }
    }

    func useRequest<Result>(_ body: (OpaquePointer?) throws -> Result) rethrows -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(pointer.flatMap { clef_exchange_request($0) })
    }

    private func end(_ body: (OpaquePointer) -> Void) {
        lock.lock()
        let exchange = pointer
        pointer = nil
        lock.unlock()
        if let exchange {
            body(exchange)
        }
    }
}

extension ClefError {
    /// An error of the program's as C can take it.
    static func reported(_ error: any Error, otherwise status: Status) -> ClefError {
        switch error {
        case let error as ClefError: return error
        case is CancellationError: return ClefError(.cancelled, "it was cancelled")
        default: return ClefError(status, "\(type(of: error))")
        }
    }
}
