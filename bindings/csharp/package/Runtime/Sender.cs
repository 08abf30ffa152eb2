using System;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Clef.Native;

namespace Clef
{
    /// <summary>
    /// Carries requests to the service and brings the answers back. Any thread may use it at any time; it lives on while
    /// credentials, tokens or other senders use it.
    /// </summary>
    public class Sender : IDisposable
    {
        private static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(30);

        internal Sender(SenderHandle handle)
        {
            Handle = handle;
        }

        internal SenderHandle Handle { get; }

        /// <summary>The built-in sender, which speaks HTTP and TLS itself.</summary>
        /// <param name="options">Null for the usual ones.</param>
        public static Sender Http(HttpSenderOptions options = null)
        {
            using (HttpConfigHandle config = (options ?? new HttpSenderOptions()).ToNative())
            {
                SenderHandle sender;
                IntPtr error;
                Failure.Check(NativeMethods.clef_sender_new_http(config, out sender, out error), error);
                return new Sender(sender);
            }
        }

        /// <summary>A sender that has each request carried by a function of yours.</summary>
        /// <param name="send">Carries a request; it must not follow redirects. It is called on a thread of the pool, by
        /// no code of clef's. Its token is cancelled when nobody waits any more. A <see cref="SendException"/> says
        /// exactly what went wrong; any other exception is a failure that may have been sent.</param>
        /// <param name="timeout">How long whoever sends waits; 30 seconds unless given.</param>
        public static Sender Custom(
            Func<TokenRequest, CancellationToken, Task<TokenResponse>> send, TimeSpan? timeout = null)
        {
            if (send == null)
            {
                throw new ArgumentNullException(nameof(send));
            }
            SenderHandle sender = NewPolled(timeout ?? UsualTimeout);
            sender.KeepAnswered(new SenderPump(sender, send));
            return new Sender(sender);
        }

        /// <summary>
        /// A sender that has each request carried by a handler of <see cref="System.Net.Http"/>, with its proxy, its
        /// certificates and its logging.
        /// </summary>
        /// <param name="handler">Who carries the requests; it stays yours. It must not follow redirects: set its
        /// <c>AllowAutoRedirect</c> to false.</param>
        /// <param name="timeout">How long whoever sends waits; 30 seconds unless given.</param>
        public static Sender FromHandler(HttpMessageHandler handler, TimeSpan? timeout = null)
        {
            return Custom(new HandlerCarrier(handler).SendAsync, timeout);
        }

        /// <summary>
        /// A sender that sends through this one, and again after a passing failure, as long as that spends no code and
        /// no refresh token twice.
        /// </summary>
        /// <param name="retries">How many times more.</param>
        /// <param name="maxWait">How long to wait in all, for one request.</param>
        public Sender Retrying(int retries, TimeSpan maxWait)
        {
            if (retries < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(retries));
            }
            SenderHandle sender;
            IntPtr error;
            Status status = NativeMethods.clef_sender_new_retrying(
                Handle, (uint)retries, Times.Milliseconds(maxWait), out sender, out error);
            Failure.Check(status, error);
            sender.KeepAnswered(Handle.Pump);
            return new Sender(sender);
        }

        /// <summary>Frees the sender; what uses it keeps it alive.</summary>
        public void Dispose()
        {
            Handle.Dispose();
            GC.SuppressFinalize(this);
        }

        /// <summary>The handle of an argument that may be null.</summary>
        internal static SenderHandle HandleOf(Sender sender)
        {
            return sender == null ? SenderHandle.Null : sender.Handle;
        }

        internal static SenderHandle NewPolled(TimeSpan timeout)
        {
            SenderHandle sender;
            IntPtr error;
            Status status = NativeMethods.clef_sender_new_polled(Times.Milliseconds(timeout), out sender, out error);
            Failure.Check(status, error);
            return sender;
        }
    }
}
