import CClef
import Foundation

/// One thing that a custom store is to do. It is ended once, from any thread, now or later; dropped before that, it fails.
public final class StoreTask: @unchecked Sendable {
    public struct Kind: RawRepresentable, Hashable, Sendable {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        private init(_ constant: Int) {
            rawValue = Int32(constant)
        }

        /// Answer with a value and its version, or with nothing where nothing is stored.
        public static let load = Kind(CLEF_STORE_TASK_LOAD)
        /// Store ``value``, but only over ``version`` and under ``fence``: else fail with ``Status/busy``.
        public static let save = Kind(CLEF_STORE_TASK_SAVE)
        public static let remove = Kind(CLEF_STORE_TASK_REMOVE)
        /// Answer with the accounts of all keys that begin with ``key``.
        public static let list = Kind(CLEF_STORE_TASK_LIST)
        /// Take the lock of the key for ``timeToLive``, at once or not at all: else fail with ``Status/busy``.
        public static let lock = Kind(CLEF_STORE_TASK_LOCK)
        public static let unlock = Kind(CLEF_STORE_TASK_UNLOCK)
    }

    private let lock = NSLock()
    /// Nil once it has ended.
    private var pointer: OpaquePointer?

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        clef_store_task_free(pointer)
    }

    /// Fail one that you do not know with ``Status/unsupported``.
    public var kind: Kind { Kind(rawValue: use { clef_store_task_kind($0) }) }
    public var key: String { text { clef_store_task_key($0) } ?? "" }
    public var accountsURL: String { text { clef_store_task_accounts_url($0) } ?? "" }
    public var clientID: String { text { clef_store_task_client_id($0) } ?? "" }
    public var account: String? { text { clef_store_task_account($0) } }
    /// What to store. **Secret.**
    public var value: String? { text { clef_store_task_value($0) } }
    /// Over which version; nil where nothing may be stored yet.
    public var version: String? { text { clef_store_task_version($0) } }
    public var fence: Int64 { use { clef_store_task_fence($0) } }
    public var timeToLive: Duration { .milliseconds(use { clef_store_task_time_to_live_ms($0) }) }
    /// Nobody waits for it any more.
    public var isCancelled: Bool { use { $0.map { clef_store_task_is_cancelled($0) } ?? true } }

    /// What is stored, for a task that loads.
    public func setValue(_ value: String, version: String? = nil) throws {
        let value = try value.forC("value"), version = try version.forC("version")
        try use { task in try check { clef_store_task_set_value(task, value, version, $0) } }
    }

    /// The version that was given to what is stored now, for a task that saves.
    public func setVersion(_ version: String) throws {
        let version = try version.forC("version")
        try use { task in try check { clef_store_task_set_version(task, version, $0) } }
    }

    /// The number of the lock, which grows each time it is taken.
    public func setFence(_ fence: Int64) throws {
        try use { task in try check { clef_store_task_set_fence(task, fence, $0) } }
    }

    public func addAccount(_ account: String?) throws {
        let account = try account.forC("account")
        try use { task in try check { clef_store_task_add_account(task, account, $0) } }
    }

    public func done() {
        end { clef_store_task_done($0) }
    }

    public func fail(_ error: any Error) {
        let failure = ClefError.reported(error, otherwise: .store)
        end { clef_store_task_fail($0, failure.status.rawValue, failure.message) }
    }

    private func use<Result>(_ body: (OpaquePointer?) throws -> Result) rethrows -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(pointer)
    }

    private func text(_ getter: (OpaquePointer?) -> UnsafePointer<CChar>?) -> String? {
        use { task in getter(task).map { String(cString: $0) } }
    }

    private func end(_ body: (OpaquePointer) -> Void) {
        lock.lock()
        let task = pointer
        pointer = nil
        lock.unlock()
        if let task {
            body(task)
        }
    }
}
