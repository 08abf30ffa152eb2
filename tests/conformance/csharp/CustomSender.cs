using System;
using System.Threading;
using System.Threading.Tasks;
using Clef;

namespace Conformance
{
    /// <summary>A sender of the runner's own, which counts what it is given.</summary>
    internal sealed class CustomSender : IDisposable
    {
        private readonly object gate = new object();
        private readonly CancellationTokenSource end = new CancellationTokenSource();
        private TokenRequest last;
        private int count;

        /// <summary>A sender that has each request answered by a function.</summary>
        internal CustomSender(Func<TokenRequest, CancellationToken, Task<TokenResponse>> answer)
        {
            Sender = Sender.Custom((request, cancellation) =>
            {
                Note(request);
                return answer(request, cancellation);
            });
        }

        /// <summary>A sender that forwards each request.</summary>
        internal CustomSender(Sender forward)
        {
            var polled = new PolledSender(TimeSpan.FromSeconds(30));
            Sender = polled;
            // Not on this thread: one that polls a sender cannot wait for it.
            Task.Run(() => ForwardAsync(polled, forward));
        }

        internal Sender Sender { get; }

        internal int Count
        {
            get
            {
                lock (gate)
                {
                    return count;
                }
            }
        }

        internal TokenRequest Last
        {
            get
            {
                lock (gate)
                {
                    return last;
                }
            }
        }

        public void Dispose()
        {
            end.Cancel();
            Sender.Dispose();
        }

        private async Task ForwardAsync(PolledSender polled, Sender forward)
        {
            try
            {
                while (true)
                {
                    Exchange exchange = polled.NextExchange();
                    if (exchange != null)
                    {
                        Note(exchange.Request);
                        exchange.Forward(forward);
                    }
                    await Task.Delay(1, end.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException)
            {
            }
            catch (ObjectDisposedException)
            {
            }
        }

        private void Note(TokenRequest request)
        {
            lock (gate)
            {
                last = request;
                count++;
            }
        }
    }
}
