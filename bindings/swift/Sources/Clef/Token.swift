import CClef
import Foundation

/// A token as it was at one moment; it never changes. See ``RefreshingToken`` for one that stays fresh.
public struct Token: Sendable, CustomStringConvertible {
    let handle: Handle

    init(_ handle: Handle) {
        self.handle = handle
    }

    /// A token response of the service, or a token that ``json`` saved. What is saved wins over `usesPKCE`.
    public init(json: String, usesPKCE: Bool = false) throws {
        let json = try json.forC("json")
        handle = try make(clef_token_free) {
            clef_token_from_json(json, usesPKCE ? UInt32(CLEF_TOKEN_USES_PKCE) : 0, $0, $1)
        }
    }

    /// The token in a configuration file of tekore; `section` is `DEFAULT` unless said.
    public init(tekoreConfiguration text: String, section: String? = nil, usesPKCE: Bool = false) throws {
        let text = try text.forC("text"), section = try section.forC("section")
        handle = try make(clef_token_free) {
            clef_token_from_tekore_config(
                text, section, usesPKCE ? UInt32(CLEF_TOKEN_USES_PKCE) : 0, $0, $1)
        }
    }

    /// What to save: one line of JSON that knows its client id, PKCE and times. **Secret.**
    public var json: String {
        get throws {
            try handle.use { token in try makeText { clef_token_to_json(token, $0, $1) } }
        }
    }

    /// **Secret.**
    public var accessToken: String { handle.text { clef_token_access_token($0) } ?? "" }
    /// **Secret.** Nil for a client token.
    public var refreshToken: String? { handle.text { clef_token_refresh_token($0) } }
    public var tokenType: String { handle.text { clef_token_token_type($0) } ?? "" }
    public var usesPKCE: Bool { handle.use { clef_token_uses_pkce($0) } }
    /// Less than 60 seconds are left.
    public var isExpiring: Bool { handle.use { clef_token_is_expiring($0) } }
    public var expiresAt: Date { handle.use { date(clef_token_expires_at($0)) ?? .distantPast } }
    /// What is left; negative once it has expired.
    public var expiresIn: Duration { .seconds(handle.use { clef_token_expires_in($0) }) }
    /// When the user logged in, where that is known.
    public var authorisedAt: Date? { handle.use { date(clef_token_authorised_at($0)) } }
    /// About when the grant ends, six months after the login, where that is known.
    public var grantExpiresAt: Date? { handle.use { date(clef_token_grant_expires_at($0)) } }

    public var scopes: ScopeSet {
        handle.use { token in
            guard let set = clef_scope_set_clone(clef_token_scopes(token)) else { return ScopeSet() }
            return ScopeSet(Handle(set, clef_scope_set_free))
        }
    }

    /// The same token with the time of the user's login.
    public func authorised(at time: Date) throws -> Token {
        try Token(handle.use { token in
            try make(clef_token_free) {
                clef_token_with_authorised_at(token, unixSeconds(time), $0, $1)
            }
        })
    }

    /// Which of these scopes the user has yet to allow.
    public func missingScopes(of wanted: ScopeSet) throws -> ScopeSet {
        try handle.use { token in
            try wanted.handle.use { wanted in
                try ScopeSet(make(clef_scope_set_free) {
                    clef_token_missing_scopes(token, wanted, $0, $1)
                })
            }
        }
    }

    /// Without its secrets.
    public var description: String {
        "Token(scopes: \(scopes), expiresIn: \(expiresIn), usesPKCE: \(usesPKCE))"
    }
}

extension Token: CustomReflectable {
    public var customMirror: Mirror {
        Mirror(self, children: ["description": description])
    }
}
