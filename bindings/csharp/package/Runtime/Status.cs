namespace Clef
{
    /// <summary>
    /// How a call ended. A later version may give numbers that this one does not know: branch on <see cref="Remedy"/>
    /// where you have no case for a status.
    /// </summary>
    public enum Status
    {
        /// <summary>It worked.</summary>
        Ok = 0,

        /// <summary>
        /// An argument breaks what the method's comment says: unknown, out of range, or at odds with another.
        /// </summary>
        InvalidArgument = 1,

        /// <summary>This needs a client secret, and the credentials have none.</summary>
        MissingClientSecret = 2,

        /// <summary>This needs a redirect URI, and the credentials have none.</summary>
        MissingRedirectUri = 3,

        /// <summary>
        /// The service would refuse this redirect URI, or it is unsafe; the message says what to write instead.
        /// </summary>
        InvalidRedirectUri = 4,

        /// <summary>The URL has no <c>code</c> or no <c>state</c>, or an empty one.</summary>
        MissingParameter = 5,

        /// <summary>The URL has <c>code</c>, <c>state</c> or <c>error</c> twice.</summary>
        RepeatedParameter = 6,

        /// <summary>
        /// The state is not the one of this login: the redirect belongs to another login, or is forged.
        /// </summary>
        StateMismatch = 7,

        /// <summary>The user said no.</summary>
        AccessDenied = 8,

        /// <summary>The grant is dead (revoked, or six months old): the user has to log in again.</summary>
        LoginRequired = 9,

        /// <summary>The service does not know the client id, or the client secret is wrong.</summary>
        InvalidClient = 10,

        /// <summary>Any other error of RFC 6749; see <see cref="ClefException.OAuthError"/>.</summary>
        OAuth = 11,

        /// <summary>An HTTP status without an OAuth error; see <see cref="ClefException.HttpStatus"/>.</summary>
        Http = 12,

        /// <summary>The service asks you to wait; see <see cref="ClefException.RetryAfter"/>.</summary>
        RateLimited = 13,

        /// <summary>The network failed: name not found, connection refused, connection lost.</summary>
        Transport = 14,

        /// <summary>TLS failed: the certificate is not trusted, is for another name, or has expired.</summary>
        Tls = 15,

        /// <summary>Nothing came in time.</summary>
        Timeout = 16,

        /// <summary>It was cancelled.</summary>
        Cancelled = 17,

        /// <summary>The service answered something that is not a token response.</summary>
        InvalidResponse = 18,

        /// <summary>This object does its work once, and has done it.</summary>
        AlreadyUsed = 19,

        /// <summary>It is not done yet, or another thread is at it.</summary>
        Busy = 20,

        /// <summary>Waiting here would wait for this very thread.</summary>
        WouldBlock = 21,

        /// <summary>No token is stored for this account.</summary>
        NotFound = 22,

        /// <summary>
        /// The store failed, or what is stored cannot be read: the message says where, and what to do. A listener of
        /// yours may answer it too.
        /// </summary>
        Store = 23,

        /// <summary>
        /// The terminal failed or has ended, or the system gave no random numbers, no thread or no port to listen on.
        /// </summary>
        IO = 24,

        /// <summary>Another program listens on that port; the message says which.</summary>
        AddressInUse = 25,

        /// <summary>No browser could be started, and nobody else would show the login.</summary>
        NoBrowser = 26,

        /// <summary>This object or platform cannot do that.</summary>
        Unsupported = 27,

        /// <summary>A bug in clef; the message says where. The process goes on, and so may you.</summary>
        Internal = 28,
    }
}
