import CClef

/// How a user is asked at a terminal.
public struct PromptOptions: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public static let showDialog = PromptOptions(rawValue: UInt32(CLEF_AUTH_SHOW_DIALOG))
    public static let pkce = PromptOptions(rawValue: UInt32(CLEF_AUTH_PKCE))
    /// Open the login in the desktop's browser. It is shown as text in any case.
    public static let openBrowser = PromptOptions(rawValue: UInt32(CLEF_PROMPT_OPEN_BROWSER))
}

/// Shows the login at the terminal, and reads the URL that the user pastes.
public func promptForToken(
    _ credentials: Credentials, scopes: ScopeSet? = nil, options: PromptOptions = []
) async throws -> RefreshingToken {
    try await prompt { token, error in
        credentials.handle.use { credentials in
            (scopes?.handle).use { scopes in
                clef_prompt_for_token(credentials, scopes, options.rawValue, token, error)
            }
        }
    }
}

public func promptForUserToken(
    clientID: String, clientSecret: String, redirectURI: String, scopes: ScopeSet? = nil,
    options: PromptOptions = [], sender: Sender? = nil
) async throws -> RefreshingToken {
    let id = try clientID.forC("clientID"), secret = try clientSecret.forC("clientSecret")
    let uri = try redirectURI.forC("redirectURI")
    return try await prompt { token, error in
        (scopes?.handle).use { scopes in
            (sender?.handle).use { sender in
                clef_prompt_for_user_token(id, secret, uri, scopes, options.rawValue, sender, token, error)
            }
        }
    }
}

public func promptForPKCEToken(
    clientID: String, redirectURI: String, scopes: ScopeSet? = nil, options: PromptOptions = [],
    sender: Sender? = nil
) async throws -> RefreshingToken {
    let id = try clientID.forC("clientID"), uri = try redirectURI.forC("redirectURI")
    return try await prompt { token, error in
        (scopes?.handle).use { scopes in
            (sender?.handle).use { sender in
                clef_prompt_for_pkce_token(id, uri, scopes, options.rawValue, sender, token, error)
            }
        }
    }
}

private func prompt(
    _ call: @escaping @Sendable (HandleOut, ErrorOut) -> clef_status
) async throws -> RefreshingToken {
    try await blocking { try RefreshingToken(make(clef_refreshing_token_free, call)) }
}
