import CClef
import Foundation

/// The arguments with which each `…_start` function of C ends.
struct Start {
    let runtime: OpaquePointer
    let callback: clef_operation_callback
    let userData: UnsafeMutableRawPointer
    let free: clef_free_callback
    let operation: HandleOut
    let error: ErrorOut
}

/// Begins an operation, and suspends until it is done. Cancelling the task cancels it.
func run<Result: Sendable>(
    in runtime: Runtime, _ start: (Start) -> clef_status,
    result: @escaping @Sendable (OpaquePointer) throws -> Result
) async throws -> Result {
    let cancellation = Cancellation()
    return try await withTaskCancellationHandler {
        try await withUnsafeThrowingContinuation { continuation in
            let completion = Completion { operation in
                continuation.resume(with: Swift.Result { try result(operation) })
            }
            do {
                cancellation.watch(try begin(in: runtime, completion, start))
            } catch {
                continuation.resume(throwing: error)
            }
        }
    } onCancel: {
        cancellation.cancel()
    }
}

private func begin(
    in runtime: Runtime, _ completion: Completion, _ start: (Start) -> clef_status
) throws -> Handle {
    try runtime.handle.use { runtime in
        try make(clef_operation_free) { operation, error in
            start(
                Start(
                    runtime: runtime, callback: Completion.done,
                    userData: Unmanaged.passRetained(completion).toOpaque(),
                    free: Completion.free, operation: operation, error: error))
        }
    }
}

/// What C calls when an operation is done.
private final class Completion: Sendable {
    private let body: @Sendable (OpaquePointer) -> Void

    init(_ body: @escaping @Sendable (OpaquePointer) -> Void) {
        self.body = body
    }

    static let done: clef_operation_callback = { userData, operation in
        guard let userData, let operation else { return }
        Unmanaged<Completion>.fromOpaque(userData).takeUnretainedValue().body(operation)
    }

    static let free: clef_free_callback = { userData in
        guard let userData else { return }
        Unmanaged<Completion>.fromOpaque(userData).release()
    }
}

/// Cancels an operation, which may be known only after the task was cancelled.
private final class Cancellation: @unchecked Sendable {
    private let lock = NSLock()
    private var operation: Handle?
    private var isCancelled = false

    func watch(_ operation: Handle) {
        lock.lock()
        self.operation = operation
        let isLate = isCancelled
        lock.unlock()
        if isLate {
            cancel()
        }
    }

    func cancel() {
        lock.lock()
        isCancelled = true
        let operation = operation
        lock.unlock()
        operation?.use { clef_operation_cancel($0) }
    }
}

/// Does on a thread of its own what C can do only by blocking, and suspends until it is done.
func blocking<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withUnsafeThrowingContinuation { continuation in
        DispatchQueue.global().async {
            continuation.resume(with: Swift.Result { try body() })
        }
    }
}

func tokenOf(_ operation: OpaquePointer) throws -> Token {
    try Token(make(clef_token_free) { clef_operation_token(operation, $0, $1) })
}

func refreshingTokenOf(_ operation: OpaquePointer) throws -> RefreshingToken {
    try RefreshingToken(make(clef_refreshing_token_free) { clef_operation_refreshing_token(operation, $0, $1) })
}
