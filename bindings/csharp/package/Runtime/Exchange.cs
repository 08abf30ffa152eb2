using System;
using Clef.Native;

namespace Clef
{
    /// <summary>
    /// One request that waits for its answer. Whoever has it ends it once, from any thread, now or later: with
    /// <see cref="Respond"/>, <see cref="Forward"/> or <see cref="Fail"/>. One that is disposed of before is a failure
    /// that may have been sent.
    /// </summary>
    public sealed class Exchange : IDisposable
    {
        private const uint MayHaveBeenSentFlag = 1;

        private readonly ExchangeHandle handle;

        internal Exchange(ExchangeHandle handle)
        {
            this.handle = handle;
            using (var lease = new Lease(handle))
            {
                Request = new TokenRequest(NativeMethods.clef_exchange_request(lease.Pointer));
            }
        }

        /// <summary>The request to carry. It must not be redirected.</summary>
        public TokenRequest Request { get; }

        /// <summary>
        /// Whether nobody waits for the answer any more: the time is up, it was cancelled, or it is ended.
        /// </summary>
        public bool IsCancelled
        {
            get
            {
                try
                {
                    return NativeMethods.clef_exchange_is_cancelled(handle);
                }
                catch (ObjectDisposedException)
                {
                    return true;
                }
            }
        }

        /// <summary>Ends the exchange with an answer, whatever its HTTP status.</summary>
        /// <exception cref="ObjectDisposedException">It is ended already.</exception>
        public void Respond(TokenResponse response)
        {
            if (response == null)
            {
                throw new ArgumentNullException(nameof(response));
            }
            HttpResponseHandle native = response.ToNative();
            handle.End(nameof(Exchange), exchange =>
            {
                NativeMethods.clef_exchange_respond(exchange, native);
                native.Dispose();
            });
        }

        /// <summary>Has another sender carry the request after all. Never blocks.</summary>
        /// <exception cref="ObjectDisposedException">It is ended already.</exception>
        public void Forward(Sender sender)
        {
            if (sender == null)
            {
                throw new ArgumentNullException(nameof(sender));
            }
            SenderHandle native = NativeMethods.clef_sender_clone(sender.Handle);
            handle.End(nameof(Exchange), exchange =>
            {
                NativeMethods.clef_exchange_forward(exchange, native);
                native.Dispose();
            });
        }

        /// <summary>Ends the exchange without an answer.</summary>
        /// <param name="status">Why: <see cref="Status.Transport"/>, <see cref="Status.Tls"/>,
        /// <see cref="Status.Timeout"/>, <see cref="Status.Cancelled"/>, <see cref="Status.IO"/>,
        /// <see cref="Status.InvalidResponse"/>, <see cref="Status.WouldBlock"/>, <see cref="Status.Unsupported"/> or
        /// <see cref="Status.Internal"/>; any other counts as <see cref="Status.Transport"/>.</param>
        /// <param name="mayHaveBeenSent">Whether the request may have reached the service, and so may have spent its
        /// code or refresh token.</param>
        /// <param name="message">What to say; secrets of the request are taken out of it.</param>
        /// <exception cref="ObjectDisposedException">It is ended already.</exception>
        public void Fail(Status status, bool mayHaveBeenSent, string message = null)
        {
            byte[] text = Utf8.Optional(message, nameof(message));
            handle.End(nameof(Exchange), exchange => NativeMethods.clef_exchange_fail(
                exchange, status, mayHaveBeenSent ? MayHaveBeenSentFlag : 0, text));
        }

        /// <summary>Method and URL; no secret.</summary>
        public override string ToString()
        {
            return $"Exchange ({Request})";
        }

        /// <summary>Ends the exchange as a failure, if it is not ended.</summary>
        public void Dispose()
        {
            handle.Dispose();
        }
    }
}
