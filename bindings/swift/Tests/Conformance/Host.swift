import Clef
import Foundation

/// A sender of the host's own, and what it was asked.
final class CustomSender: @unchecked Sendable {
    private let lock = NSLock()
    private var count = 0
    private var method = "none", url = "none", body = "none"

    func note(_ request: TokenRequest) {
        lock.lock()
        defer { lock.unlock() }
        count += 1
        method = request.method
        url = request.url
        body = String(decoding: request.body, as: UTF8.self)
    }

    func field(_ name: String) -> String? {
        lock.lock()
        defer { lock.unlock() }
        switch name {
        case "count": return String(count)
        case "last_method": return method
        case "last_url": return url
        case "last_body": return body
        default: return nil
        }
    }
}

/// A listener of a token, and what it heard.
final class Listening: @unchecked Sendable {
    private let lock = NSLock()
    private var events: [String] = []
    private var status = "none", accessToken = "none"

    func note(_ event: TokenEvent) {
        lock.lock()
        defer { lock.unlock() }
        switch event {
        case .changed(let token):
            events.append("CHANGED")
            accessToken = token.accessToken
        case .saveFailed(let error):
            events.append("SAVE_FAILED")
            status = constant(of: error.status)
        case .refreshFailed(let error):
            events.append("REFRESH_FAILED")
            status = constant(of: error.status)
        case .loginRequired(let error):
            events.append("LOGIN_REQUIRED")
            status = constant(of: error.status)
        case .grantExpiring:
            events.append("GRANT_EXPIRING")
        }
    }

    func field(_ name: String) -> String? {
        lock.lock()
        defer { lock.unlock() }
        switch name {
        case "events": return events.isEmpty ? "none" : events.joined(separator: " ")
        case "status": return status
        case "access_token": return accessToken
        default: return nil
        }
    }
}

/// The outcome of something that happens elsewhere.
final class Outcome: @unchecked Sendable {
    private let lock = NSLock()
    private var outcome: Result<String, any Error>?

    func set(_ result: Result<String, any Error>) {
        lock.lock()
        defer { lock.unlock() }
        outcome = result
    }

    func get() throws -> String {
        lock.lock()
        defer { lock.unlock() }
        guard let outcome else { throw Complaint("it did not happen") }
        return try outcome.get()
    }
}
