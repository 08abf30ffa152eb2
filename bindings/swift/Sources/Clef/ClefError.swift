import CClef
import Foundation

/// Why a call failed. It never repeats a secret, so it may be logged.
///
/// A call that ends because its task was cancelled, or its runtime closed, throws `CancellationError` in place of this.
public struct ClefError: LocalizedError, Sendable, CustomStringConvertible {
    public let status: Status
    public let remedy: Remedy
    /// One line of English.
    public let message: String
    /// The service's `error`, such as `invalid_scope` (RFC 6749 section 5.2).
    public let oauthError: String?
    /// The service's `error_description`. For logs: never branch on it.
    public let oauthDescription: String?
    public let httpStatus: Int?
    /// How long the service wants to be left alone.
    public let retryAfter: Duration?

    public var description: String {
        "\(status): \(message)"
    }

    /// The message, for `localizedDescription`.
    public var errorDescription: String? { message }

    /// An error of your own, for a sender, a store or a listener to throw.
    public init(_ status: Status, _ message: String) {
        self.status = status
        self.message = message
        remedy = status.remedy
        oauthError = nil
        oauthDescription = nil
        httpStatus = nil
        retryAfter = nil
    }

    /// Reads an error that stays the caller's.
    init(reading error: OpaquePointer) {
        status = Status(rawValue: clef_error_status(error))
        remedy = Remedy(rawValue: clef_error_remedy(error))
        message = String(cString: clef_error_message(error))
        oauthError = clef_error_oauth_error(error).map { String(cString: $0) }
        oauthDescription = clef_error_oauth_description(error).map { String(cString: $0) }
        let http = clef_error_http_status(error)
        httpStatus = http == 0 ? nil : Int(http)
        let seconds = clef_error_retry_after(error)
        retryAfter = seconds < 0 ? nil : .seconds(seconds)
    }
}

extension ClefError {
    /// What Swift throws for it.
    var thrown: any Error {
        status == .cancelled ? CancellationError() : self
    }
}
