using System;
using System.Threading.Tasks;
using Clef;

namespace ClefTests
{
    /// <summary>What the tests say has to hold.</summary>
    internal static class Check
    {
        internal static void That(bool holds, string what)
        {
            if (!holds)
            {
                throw new Exception("it does not hold: " + what);
            }
        }

        internal static void Equal<T>(T expected, T found)
        {
            if (!Equals(expected, found))
            {
                throw new Exception($"expected {Shown(expected)}, found {Shown(found)}");
            }
        }

        internal static TException Throws<TException>(Action call) where TException : Exception
        {
            try
            {
                call();
            }
            catch (TException error)
            {
                return error;
            }
            throw new Exception($"no {typeof(TException).Name} was thrown");
        }

        internal static TException Throws<TException>(Func<Task> call) where TException : Exception
        {
            return Throws<TException>(() => call().GetAwaiter().GetResult());
        }

        internal static ClefException Fails(Status status, Action call)
        {
            var error = Throws<ClefException>(call);
            Equal(status, error.Status);
            return error;
        }

        internal static ClefException Fails(Status status, Func<Task> call)
        {
            return Fails(status, () => call().GetAwaiter().GetResult());
        }

        private static string Shown(object value)
        {
            return value == null ? "null" : $"'{value}'";
        }
    }
}
