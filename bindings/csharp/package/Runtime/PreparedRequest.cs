using System;
using System.Threading;
using System.Threading.Tasks;
using Clef.Native;

namespace Clef
{
    /// <summary>
    /// A token request that is not sent yet. Send it, once, or carry <see cref="Request"/> yourself and hand the answer
    /// to <see cref="Finish"/>. Any thread may use it at any time.
    /// </summary>
    public sealed class PreparedRequest : IDisposable
    {
        private readonly HttpRequestHandle handle;

        internal PreparedRequest(HttpRequestHandle handle)
        {
            this.handle = handle;
        }

        /// <summary>What is to be carried.</summary>
        public TokenRequest Request
        {
            get
            {
                using (var lease = new Lease(handle))
                {
                    return new TokenRequest(lease.Pointer);
                }
            }
        }

        /// <summary>Sends the request by the sender of its credentials. Blocks until the service has answered.</summary>
        /// <exception cref="ClefException"><see cref="Status.AlreadyUsed"/> where it was sent before; whatever the
        /// service and the network can do.</exception>
        public Token Send()
        {
            TokenHandle token;
            IntPtr error;
            Failure.Check(NativeMethods.clef_http_request_send(handle, out token, out error), error);
            return new Token(token);
        }

        /// <summary>
        /// <see cref="Send"/> without blocking. A request with a refresh token that may have reached the service is not
        /// cancelled, since its answer has the next one.
        /// </summary>
        public async Task<Token> SendAsync(CancellationToken cancellation = default(CancellationToken))
        {
            cancellation.ThrowIfCancellationRequested();
            using (Operation<Token> operation = Start(Runtime.Shared))
            {
                return await operation.WaitAsync(cancellation).ConfigureAwait(false);
            }
        }

        /// <summary>Begins to <see cref="Send"/> it in the background of a runtime.</summary>
        public Operation<Token> Start(Runtime runtime)
        {
            OperationHandle operation;
            IntPtr error;
            Status status = NativeMethods.clef_http_request_start(
                handle, Runtime.HandleOf(runtime), IntPtr.Zero, IntPtr.Zero, IntPtr.Zero, out operation, out error);
            Failure.Check(status, error);
            return Operation.OfToken(operation, runtime, handle.Pump);
        }

        /// <summary>Reads the answer to the request that you carried yourself.</summary>
        /// <param name="response">The answer.</param>
        /// <param name="sentAt">The time just before the request was sent, from which the token's lifetime counts; null
        /// for now.</param>
        public Token Finish(TokenResponse response, DateTimeOffset? sentAt = null)
        {
            if (response == null)
            {
                throw new ArgumentNullException(nameof(response));
            }
            using (HttpResponseHandle native = response.ToNative())
            {
                TokenHandle token;
                IntPtr error;
                Status status = NativeMethods.clef_http_request_finish(
                    handle, Times.Seconds(sentAt), native, out token, out error);
                Failure.Check(status, error);
                return new Token(token);
            }
        }

        /// <summary>Method and URL; no secret.</summary>
        public override string ToString()
        {
            return handle.IsClosed ? "PreparedRequest (disposed)" : Request.ToString();
        }

        /// <summary>Wipes and frees the request.</summary>
        public void Dispose()
        {
            handle.Dispose();
        }
    }
}
