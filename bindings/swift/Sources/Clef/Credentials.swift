import CClef

/// How the user is asked for authorisation.
public struct AuthorisationOptions: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Ask the user again even if they agreed before.
    public static let showDialog = AuthorisationOptions(rawValue: UInt32(CLEF_AUTH_SHOW_DIALOG))
    /// Use proof key for code exchange (RFC 7636), which needs no client secret: for programs that their users have.
    public static let pkce = AuthorisationOptions(rawValue: UInt32(CLEF_AUTH_PKCE))
}

/// Where to send the user, and what to keep until they come back. Both are **secret**.
public struct PKCEAuthorisation: Sendable, CustomStringConvertible {
    public let url: String
    public let verifier: String

    /// Without its secrets.
    public var description: String { "PKCEAuthorisation" }
}

extension PKCEAuthorisation: CustomReflectable {
    public var customMirror: Mirror {
        Mirror(self, children: ["description": description])
    }
}

/// A program's credentials, with the service that they are for and the sender that carries their requests.
public struct Credentials: Sendable, CustomStringConvertible {
    let handle: Handle

    init(_ handle: Handle) {
        self.handle = handle
    }

    /// Without a client secret for programs that their users have; without a sender by clef's own HTTP. `accountsURL` is
    /// the service's own unless said.
    ///
    /// Throws ``Status/invalidRedirectURI`` for a redirect URI that the service would refuse or that is unsafe.
    public init(
        clientID: String, clientSecret: String? = nil, redirectURI: String? = nil, sender: Sender? = nil,
        accountsURL: String? = nil
    ) throws {
        let id = try clientID.forC("clientID"), secret = try clientSecret.forC("clientSecret")
        let uri = try redirectURI.forC("redirectURI")
        let plain = try (sender?.handle).use { sender in
            try make(clef_credentials_free) {
                clef_credentials_new(id, secret, uri, sender, $0, $1)
            }
        }
        handle = try accountsURL.map { try Credentials(plain).with(accountsURL: $0).handle } ?? plain
    }

    /// The same for another service, such as the sandbox.
    public func with(accountsURL: String) throws -> Credentials {
        let url = try accountsURL.forC("accountsURL")
        return try handle.use { credentials in
            try Credentials(make(clef_credentials_free) {
                clef_credentials_with_accounts_url(credentials, url, $0, $1)
            })
        }
    }

    /// The same with another redirect URI, such as the one that a ``RedirectListener`` has.
    public func with(redirectURI: String) throws -> Credentials {
        let uri = try redirectURI.forC("redirectURI")
        return try handle.use { credentials in
            try Credentials(make(clef_credentials_free) {
                clef_credentials_with_redirect_uri(credentials, uri, $0, $1)
            })
        }
    }

    public var clientID: String { handle.text { clef_credentials_client_id($0) } ?? "" }
    public var redirectURI: String? { handle.text { clef_credentials_redirect_uri($0) } }

    /// Without its secrets.
    public var description: String { "Credentials(clientID: \(clientID))" }

    /// Where to send the user. The state comes back with them; see ``UserAuthorisation`` for one that checks it.
    public func userAuthorisationURL(
        scopes: ScopeSet? = nil, state: String? = nil, options: AuthorisationOptions = []
    ) throws -> String {
        let state = try state.forC("state")
        return try handle.use { credentials in
            try (scopes?.handle).use { scopes in
                try makeText {
                    clef_credentials_user_authorisation_url(
                        credentials, scopes, state, options.rawValue, $0, $1)
                }
            }
        }
    }

    /// The same with PKCE; `verifierBytes` is 32 to 96.
    public func pkceUserAuthorisation(
        scopes: ScopeSet? = nil, state: String? = nil, verifierBytes: Int = 32,
        options: AuthorisationOptions = []
    ) throws -> PKCEAuthorisation {
        let state = try state.forC("state")
        guard verifierBytes >= 0 else {
            throw ClefError(.invalidArgument, "verifierBytes must not be negative")
        }
        return try handle.use { credentials in
            try (scopes?.handle).use { scopes in
                var verifier: UnsafeMutablePointer<CChar>?
                defer { clef_string_free(verifier) }
                let url = try makeText { url, error in
                    clef_credentials_pkce_user_authorisation(
                        credentials, scopes, state, verifierBytes, options.rawValue, url, &verifier, error)
                }
                return PKCEAuthorisation(url: url, verifier: verifier.map { String(cString: $0) } ?? "")
            }
        }
    }

    // MARK: Token requests

    /// The application's own token.
    public func requestClientToken() async throws -> Token {
        try await prepareClientToken().send()
    }

    public func requestUserToken(code: String) async throws -> Token {
        try await prepareUserToken(code: code).send()
    }

    public func requestPKCEToken(code: String, verifier: String) async throws -> Token {
        try await preparePKCEToken(code: code, verifier: verifier).send()
    }

    public func refreshUserToken(_ refreshToken: String) async throws -> Token {
        try await prepareRefreshUserToken(refreshToken).send()
    }

    public func refreshPKCEToken(_ refreshToken: String) async throws -> Token {
        try await prepareRefreshPKCEToken(refreshToken).send()
    }

    /// A new one in place of `token`, whatever its kind.
    public func refresh(_ token: Token) async throws -> Token {
        try await prepareRefresh(token).send()
    }

    // MARK: The same as values that are not sent yet

    public func prepareClientToken() throws -> TokenRequest {
        try prepare { clef_credentials_prepare_client_token($0, $1, $2) }
    }

    public func prepareUserToken(code: String) throws -> TokenRequest {
        let code = try code.forC("code")
        return try prepare { clef_credentials_prepare_user_token($0, code, $1, $2) }
    }

    public func preparePKCEToken(code: String, verifier: String) throws -> TokenRequest {
        let code = try code.forC("code"), verifier = try verifier.forC("verifier")
        return try prepare { clef_credentials_prepare_pkce_token($0, code, verifier, $1, $2) }
    }

    public func prepareRefreshUserToken(_ refreshToken: String) throws -> TokenRequest {
        let token = try refreshToken.forC("refreshToken")
        return try prepare { clef_credentials_prepare_refresh_user_token($0, token, $1, $2) }
    }

    public func prepareRefreshPKCEToken(_ refreshToken: String) throws -> TokenRequest {
        let token = try refreshToken.forC("refreshToken")
        return try prepare { clef_credentials_prepare_refresh_pkce_token($0, token, $1, $2) }
    }

    public func prepareRefresh(_ token: Token) throws -> TokenRequest {
        try token.handle.use { token in
            try prepare { clef_credentials_prepare_refresh($0, token, $1, $2) }
        }
    }

    private func prepare(_ call: (OpaquePointer, HandleOut, ErrorOut) -> clef_status) throws -> TokenRequest {
        try handle.use { credentials in
            try TokenRequest(make(clef_http_request_free) { call(credentials, $0, $1) })
        }
    }
}

/// Like ``Credentials``, for tokens that refresh themselves.
public struct RefreshingCredentials: Sendable {
    public let credentials: Credentials

    public init(_ credentials: Credentials) {
        self.credentials = credentials
    }

    public func userAuthorisationURL(
        scopes: ScopeSet? = nil, state: String? = nil, options: AuthorisationOptions = []
    ) throws -> String {
        try credentials.userAuthorisationURL(scopes: scopes, state: state, options: options)
    }

    public func pkceUserAuthorisation(
        scopes: ScopeSet? = nil, state: String? = nil, verifierBytes: Int = 32,
        options: AuthorisationOptions = []
    ) throws -> PKCEAuthorisation {
        try credentials.pkceUserAuthorisation(
            scopes: scopes, state: state, verifierBytes: verifierBytes, options: options)
    }

    public func requestClientToken() async throws -> RefreshingToken {
        try await refreshing(credentials.requestClientToken())
    }

    public func requestUserToken(code: String) async throws -> RefreshingToken {
        try await refreshing(credentials.requestUserToken(code: code))
    }

    public func requestPKCEToken(code: String, verifier: String) async throws -> RefreshingToken {
        try await refreshing(credentials.requestPKCEToken(code: code, verifier: verifier))
    }

    public func refreshUserToken(_ refreshToken: String) async throws -> RefreshingToken {
        try await refreshing(credentials.refreshUserToken(refreshToken))
    }

    public func refreshPKCEToken(_ refreshToken: String) async throws -> RefreshingToken {
        try await refreshing(credentials.refreshPKCEToken(refreshToken))
    }

    private func refreshing(_ token: Token) throws -> RefreshingToken {
        try RefreshingToken(token, credentials: credentials)
    }
}
