import CClef

/// How a call ended. A later version of clef may give numbers that this one has no name for: branch on
/// ``ClefError/remedy`` where you have no case for a status.
public struct Status: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    private init(_ constant: Int) {
        rawValue = Int32(constant)
    }

    public static let ok = Status(CLEF_STATUS_OK)
    public static let invalidArgument = Status(CLEF_STATUS_INVALID_ARGUMENT)
    public static let missingClientSecret = Status(CLEF_STATUS_MISSING_CLIENT_SECRET)
    public static let missingRedirectURI = Status(CLEF_STATUS_MISSING_REDIRECT_URI)
    public static let invalidRedirectURI = Status(CLEF_STATUS_INVALID_REDIRECT_URI)
    public static let missingParameter = Status(CLEF_STATUS_MISSING_PARAMETER)
    public static let repeatedParameter = Status(CLEF_STATUS_REPEATED_PARAMETER)
    public static let stateMismatch = Status(CLEF_STATUS_STATE_MISMATCH)
    public static let accessDenied = Status(CLEF_STATUS_ACCESS_DENIED)
    public static let loginRequired = Status(CLEF_STATUS_LOGIN_REQUIRED)
    public static let invalidClient = Status(CLEF_STATUS_INVALID_CLIENT)
    public static let oauth = Status(CLEF_STATUS_OAUTH)
    public static let http = Status(CLEF_STATUS_HTTP)
    public static let rateLimited = Status(CLEF_STATUS_RATE_LIMITED)
    public static let transport = Status(CLEF_STATUS_TRANSPORT)
    public static let tls = Status(CLEF_STATUS_TLS)
    public static let timeout = Status(CLEF_STATUS_TIMEOUT)
    public static let cancelled = Status(CLEF_STATUS_CANCELLED)
    public static let invalidResponse = Status(CLEF_STATUS_INVALID_RESPONSE)
    public static let alreadyUsed = Status(CLEF_STATUS_ALREADY_USED)
    public static let busy = Status(CLEF_STATUS_BUSY)
    public static let wouldBlock = Status(CLEF_STATUS_WOULD_BLOCK)
    public static let notFound = Status(CLEF_STATUS_NOT_FOUND)
    public static let store = Status(CLEF_STATUS_STORE)
    public static let io = Status(CLEF_STATUS_IO)
    public static let addressInUse = Status(CLEF_STATUS_ADDRESS_IN_USE)
    public static let noBrowser = Status(CLEF_STATUS_NO_BROWSER)
    public static let unsupported = Status(CLEF_STATUS_UNSUPPORTED)
    public static let `internal` = Status(CLEF_STATUS_INTERNAL)

    /// What to do about it where there is no error to ask, which can be more exact.
    public var remedy: Remedy {
        Remedy(rawValue: clef_status_remedy(rawValue))
    }

    /// The name of its constant in C, for logs: `CLEF_STATUS_TIMEOUT`.
    public var description: String {
        String(cString: clef_status_name(rawValue))
    }
}

/// What a program can do about an error. Treat one that you do not know as ``none``.
public struct Remedy: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    private init(_ constant: Int) {
        rawValue = Int32(constant)
    }

    /// Nothing: it worked, it was wanted, or it is a bug in clef.
    public static let none = Remedy(CLEF_REMEDY_NONE)
    /// Try again later, after ``ClefError/retryAfter`` where that is known.
    public static let retryLater = Remedy(CLEF_REMEDY_RETRY_LATER)
    /// Send the user through a login.
    public static let logIn = Remedy(CLEF_REMEDY_LOG_IN)
    /// Look at the client id, the client secret, the redirect URI, the scopes, or where tokens are stored.
    public static let fixSettings = Remedy(CLEF_REMEDY_FIX_SETTINGS)
    /// The program calls clef wrongly.
    public static let fixCall = Remedy(CLEF_REMEDY_FIX_CALL)
}
