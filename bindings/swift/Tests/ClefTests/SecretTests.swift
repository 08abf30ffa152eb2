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
