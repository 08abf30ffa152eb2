using System;
using System.Threading;
using System.Threading.Tasks;

namespace Clef.Native
{
    /// <summary>Blocking calls for which clef has no form in the background: each on a thread of its own.</summary>
    internal static class Background
    {
        /// <summary>Cancelling ends the waiting; the call itself goes on to its end.</summary>
        internal static async Task<T> Run<T>(Func<T> call, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            Task<T> work = Task.Factory.StartNew(
                call, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            var cancelled = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            using (cancellation.Register(() => cancelled.TrySetResult(true)))
            {
                if (await Task.WhenAny(work, cancelled.Task).ConfigureAwait(false) != work)
                {
                    Forget(work);
                    throw new OperationCanceledException(cancellation);
                }
            }
            return await work.ConfigureAwait(false);
        }

        internal static Task Run(Action call, CancellationToken cancellation)
        {
            return Run(
                () =>
                {
                    call();
                    return true;
                },
                cancellation);
        }

        private static async void Forget<T>(Task<T> work)
        {
            try
            {
                IDisposable unwanted = await work.ConfigureAwait(false) as IDisposable;
                if (unwanted != null)
                {
                    unwanted.Dispose();
                }
            }
            catch (Exception)
            {
                // Nobody waits for this call any more.
            }
        }
    }
}
