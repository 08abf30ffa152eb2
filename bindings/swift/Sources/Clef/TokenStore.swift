import CClef

/// Keeps tokens for the next run, and for other processes: one for each accounts service, client id and account, which is a
/// name of yours for one of your users (nil where there is one).
public struct TokenStore: Sendable {
    let handle: Handle

    private init(_ handle: Handle) {
        self.handle = handle
    }

    /// A private file for each account, in this directory or the platform's own for nil.
    public static func file(directory: String? = nil) throws -> TokenStore {
        let directory = try directory.forC("directory")
        return try TokenStore(make(clef_token_store_free) { clef_token_store_new_file(directory, $0, $1) })
    }

    /// The user's keyring, under the name of your program. Throws ``Status/unsupported`` where clef was built without.
    public static func keyring(service: String? = nil) throws -> TokenStore {
        let service = try service.forC("service")
        return try TokenStore(make(clef_token_store_free) { clef_token_store_new_keyring(service, $0, $1) })
    }

    /// A store of your own, such as a database: it is handed one task after another, by several threads at a time, and ends
    /// each now or later.
    public static func custom(_ run: @escaping @Sendable (StoreTask) -> Void) throws -> TokenStore {
        let callback: clef_store_callback = { userData, task in
            guard let task else { return }
            Callback<@Sendable (StoreTask) -> Void>.body(of: userData)(StoreTask(task))
        }
        return try TokenStore(make(clef_token_store_free) {
            clef_token_store_new_custom(callback, Callback(run).retained(), freeCallback, $0, $1)
        })
    }

    /// The stored token, for a look at it: see ``RefreshingToken/open(_:credentials:account:in:)`` for one to use.
    public func load(_ credentials: Credentials, account: String? = nil) async throws -> Token {
        let account = try account.forC("account")
        return try await on(credentials) { store, credentials in
            try Token(make(clef_token_free) { clef_token_store_load(store, credentials, account, $0, $1) })
        }
    }

    public func save(_ token: Token, _ credentials: Credentials, account: String? = nil) async throws {
        let account = try account.forC("account")
        try await on(credentials) { store, credentials in
            try token.handle.use { token in
                try check { clef_token_store_save(store, credentials, account, token, $0) }
            }
        }
    }

    /// Logs out: other processes are told with their next refresh.
    public func remove(_ credentials: Credentials, account: String? = nil) async throws {
        let account = try account.forC("account")
        try await on(credentials) { store, credentials in
            try check { clef_token_store_remove(store, credentials, account, $0) }
        }
    }

    /// The accounts that there are tokens for, sorted; the empty name is the one without.
    public func accounts(_ credentials: Credentials) async throws -> [String] {
        try await on(credentials) { store, credentials in
            let accounts = try make(clef_accounts_free) { clef_token_store_accounts(store, credentials, $0, $1) }
            return accounts.use { accounts in
                (0..<clef_accounts_len(accounts)).compactMap { index in
                    clef_accounts_get(accounts, index).map { String(cString: $0) }
                }
            }
        }
    }

    private func on<Result: Sendable>(
        _ credentials: Credentials, _ body: @escaping @Sendable (OpaquePointer, OpaquePointer) throws -> Result
    ) async throws -> Result {
        try await blocking {
            try handle.use { store in try credentials.handle.use { try body(store, $0) } }
        }
    }
}
