import CClef

/// The application's own token, refreshing itself.
public func requestClientToken(
    clientID: String, clientSecret: String, sender: Sender? = nil
) async throws -> RefreshingToken {
    let id = try clientID.forC("clientID"), secret = try clientSecret.forC("clientSecret")
    return try await request(sender) { clef_request_client_token(id, secret, $0, $1, $2) }
}

/// A token that refreshes itself, from a refresh token that was kept.
public func refreshUserToken(
    clientID: String, clientSecret: String, refreshToken: String, sender: Sender? = nil
) async throws -> RefreshingToken {
    let id = try clientID.forC("clientID"), secret = try clientSecret.forC("clientSecret")
    let token = try refreshToken.forC("refreshToken")
    return try await request(sender) { clef_refresh_user_token(id, secret, token, $0, $1, $2) }
}

/// The same for one of a login with PKCE.
public func refreshPKCEToken(
    clientID: String, refreshToken: String, sender: Sender? = nil
) async throws -> RefreshingToken {
    let id = try clientID.forC("clientID"), token = try refreshToken.forC("refreshToken")
    return try await request(sender) { clef_refresh_pkce_token(id, token, $0, $1, $2) }
}

private func request(
    _ sender: Sender?, _ call: @escaping @Sendable (OpaquePointer?, HandleOut, ErrorOut) -> clef_status
) async throws -> RefreshingToken {
    try await blocking {
        try (sender?.handle).use { sender in
            try RefreshingToken(make(clef_refreshing_token_free) { call(sender, $0, $1) })
        }
    }
}
