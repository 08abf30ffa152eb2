import CClef

/// Settings of clef's own HTTP.
public struct HTTPConfiguration: Sendable {
    public enum Proxy: Sendable {
        case none
        /// `http://[user:password@]host:port`
        case url(String)
        /// What the environment says, such as `HTTPS_PROXY`, when the sender is made.
        case fromEnvironment
    }

    /// Nil for ever.
    public var connectTimeout: Duration? = .seconds(10)
    /// Of the whole request; nil for ever.
    public var timeout: Duration? = .seconds(30)
    public var proxy = Proxy.none
    /// PEM texts of authorities to trust beside those that clef trusts.
    public var extraCertificates: [String] = []
    /// Whether to trust what the system trusts too. That is read when the sender is made, on Linux with `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR` from the environment.
    public var trustsPlatformCertificates = false
    /// clef's own where it is nil.
    public var userAgent: String?

    public init() {}

    func forC() throws -> Handle {
        let config = try owned(clef_http_config_new(), clef_http_config_free)
        try config.use { config in
            try check {
                clef_http_config_set_connect_timeout(config, Duration.milliseconds(of: connectTimeout), $0)
            }
            try check { clef_http_config_set_timeout(config, Duration.milliseconds(of: timeout), $0) }
            switch proxy {
            case .none: break
            case .url(let url):
                let url = try url.forC("proxy")
                try check { clef_http_config_set_proxy(config, url, $0) }
            case .fromEnvironment:
                try check { clef_http_config_set_proxy_from_environment(config, $0) }
            }
            for pem in extraCertificates {
                let pem = try pem.forC("extraCertificates")
                try check { clef_http_config_add_ca_certificates(config, pem, $0) }
            }
            if trustsPlatformCertificates {
                try check { clef_http_config_add_platform_certificates(config, $0) }
            }
            if let userAgent {
                let userAgent = try userAgent.forC("userAgent")
                try check { clef_http_config_set_user_agent(config, userAgent, $0) }
            }
        }
        return config
    }
}

extension HTTPConfiguration.Proxy: CustomStringConvertible, CustomReflectable {
    /// Without its URL, which may have a password.
    public var description: String {
        switch self {
        case .none: return "none"
        case .url: return "url"
        case .fromEnvironment: return "fromEnvironment"
        }
    }

    public var customMirror: Mirror {
        Mirror(self, children: ["description": description])
    }
}

/// Who carries requests.
public struct Sender: Sendable {
    let handle: Handle

    private init(_ handle: Handle) {
        self.handle = handle
    }

    /// clef's own HTTP and TLS.
    public static func http(_ configuration: HTTPConfiguration = HTTPConfiguration()) throws -> Sender {
        try configuration.forC().use { config in
            try Sender(make(clef_sender_free) { clef_sender_new_http(config, $0, $1) })
        }
    }

    /// Another one that is tried again where that is safe, up to `retries` times, waiting `maxWait` in all; a longer
    /// `Retry-After` is ``Status/rateLimited`` at once.
    public static func retrying(_ inner: Sender, retries: Int, maxWait: Duration?) throws -> Sender {
        guard let retries = UInt32(exactly: retries) else {
            throw ClefError(.invalidArgument, "retries must not be negative")
        }
        return try inner.handle.use { inner in
            try Sender(make(clef_sender_free) {
                clef_sender_new_retrying(inner, retries, Duration.milliseconds(of: maxWait), $0, $1)
            })
        }
    }

    /// HTTP of your own, such as `URLSession`. It must not follow redirects. An error that it throws counts as one before
    /// anything was sent unless it is thrown as ``SentError``. Unanswered within `timeout` it is ``Status/timeout``; the
    /// closure is not told, and what it answers then is not looked at.
    public static func custom(
        timeout: Duration? = .seconds(30),
        _ send: @escaping @Sendable (TokenRequest) async throws -> HTTPResponse
    ) throws -> Sender {
        try exchanges(timeout: timeout) { exchange in
            Task {
                let response: HTTPResponse
                do {
                    response = try await send(exchange.request)
                } catch let error as SentError {
                    return exchange.fail(error.underlying, wasSent: true)
                } catch {
                    return exchange.fail(error)
                }
                do {
                    try exchange.respond(response)
                } catch {
                    exchange.fail(error, wasSent: true)
                }
            }
        }
    }

    /// The same for code that wants to look at an exchange, and answers it now or later, or has another sender carry it.
    public static func exchanges(
        timeout: Duration? = .seconds(30), _ receive: @escaping @Sendable (Exchange) -> Void
    ) throws -> Sender {
        let receiver = Callback(receive)
        let callback: clef_send_callback = { userData, exchange in
            guard let exchange else { return }
            Callback<@Sendable (Exchange) -> Void>.body(of: userData)(Exchange(exchange))
        }
        return try Sender(make(clef_sender_free) {
            clef_sender_new_custom(
                callback, receiver.retained(), freeCallback, Duration.milliseconds(of: timeout), $0, $1)
        })
    }
}

/// What a custom sender throws where the request may have reached the service: a refresh token is then not risked by a
/// second try.
public struct SentError: Error {
    public let underlying: any Error

    public init(_ underlying: any Error) {
        self.underlying = underlying
    }
}
