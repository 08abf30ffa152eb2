import Clef
import Foundation
import XCTest

/// What is printed has no secret in it.
final class SecretTests: SandboxTests {
    func testNothingShowsAToken() async throws {
        let token = try await clientToken()
        let accessToken = try await token.accessToken()
        let credentials = try credentials()
        let snapshot = try token.token
        for text in [
            "\(token)", "\(snapshot)", "\(credentials)", String(reflecting: snapshot), String(reflecting: token),
        ] {
            XCTAssertFalse(text.contains(accessToken), text)
            XCTAssertFalse(text.contains("sandbox-secret"), text)
        }
        var dumped = ""
        dump(token, to: &dumped)
        dump(snapshot, to: &dumped)
        dump(credentials, to: &dumped)
        XCTAssertFalse(dumped.contains(accessToken))
    }

    func testNothingShowsAVerifier() throws {
        let login = try credentials().pkceUserAuthorisation(state: "a-state-to-hide")
        var shown = "\(login) \(String(reflecting: login))"
        dump(login, to: &shown)
        XCTAssertFalse(shown.contains(login.verifier), shown)
        XCTAssertFalse(shown.contains("a-state-to-hide"), shown)
    }

    func testNothingShowsThePasswordOfAProxy() throws {
        var configuration = HTTPConfiguration()
        configuration.proxy = .url("http://user:pa55word@127.0.0.1:3128")
        var shown = "\(configuration) \(String(reflecting: configuration))"
        dump(configuration, to: &shown)
        XCTAssertFalse(shown.contains("pa55word"), shown)
    }

    func testAnErrorIsDescribedByItsMessage() {
        let error: any Error = ClefError(.io, "the disk is full")
        XCTAssertEqual(error.localizedDescription, "the disk is full")
    }

    func testATextWithNULIsRefused() throws {
        XCTAssertThrowsError(try Credentials(clientID: "a\0b")) { error in
            XCTAssertEqual((error as? ClefError)?.status, .invalidArgument)
        }
        XCTAssertFalse(ScopeSet([.streaming]).contains("streaming\0"))
    }

    func testAnErrorOfASenderKeepsItsStatus() async throws {
        struct Secretive: Error { let secret = "s3cret" }
        for (thrown, status) in [
            (ClefError(.tls, "expired") as any Error, Status.tls), (Secretive(), .transport),
        ] {
            let sender = try Sender.custom { _ in throw thrown }
            do {
                _ = try await credentials(sender: sender).requestClientToken()
                XCTFail("the sender fails")
            } catch let error as ClefError {
                XCTAssertEqual(error.status, status)
                XCTAssertFalse(error.message.contains("s3cret"))
            }
        }
    }
}
