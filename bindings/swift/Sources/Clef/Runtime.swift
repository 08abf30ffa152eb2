import CClef
import Foundation

/// What carries the asynchronous calls of clef on: a thread of the package that pumps, and those that clef starts.
///
/// All calls use ``shared`` unless they are given another. One of your own, closed when your plugin or test ends, cancels
/// what is under way in it and ends its threads.
public final class Runtime: Sendable {
    /// Made with the first asynchronous call, and there for as long as the process.
    public static let shared: Runtime = {
        do {
            return try Runtime()
        } catch {
            preconditionFailure("clef cannot start its runtime: \(error)")
        }
    }()

    let handle: Handle
    private let pumping: DispatchSemaphore

    /// Starts the thread on which your senders, stores and listeners are called for what is done in the background.
    public init() throws {
        let runtime = try make(clef_runtime_free) { clef_runtime_new($0, $1) }
        let ended = DispatchSemaphore(value: 0)
        handle = runtime
        pumping = ended
        let thread = Thread {
            runtime.use { runtime in
                while clef_runtime_wait(runtime, -1, nil) == Status.ok.rawValue {
                    clef_runtime_run_callbacks(runtime)
                }
            }
            ended.signal()
        }
        thread.name = "clef"
        thread.start()
    }

    /// Ends what is under way, each call with `CancellationError`. A refresh that may have been sent is finished and kept
    /// first, for `timeout` at most. Blocks until its threads have ended; in a closure that it calls, it returns at once,
    /// and they end after that closure.
    ///
    /// Throws ``Status/timeout`` where something took longer: call it again.
    public func close(timeout: Duration? = nil) throws {
        let isClosed = try handle.use { runtime in
            try check { clef_runtime_close(runtime, Duration.milliseconds(of: timeout), $0) }
            return clef_runtime_wait(runtime, 0, nil) == Status.cancelled.rawValue
        }
        // In such a closure it is not closed yet, and this is the thread to wait for.
        guard isClosed else { return }
        pumping.wait()
        pumping.signal()
    }
}
