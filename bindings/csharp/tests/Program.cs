using System;
using System.Linq;
using System.Reflection;

namespace ClefTests
{
    /// <summary>
    /// Runs the tests of the classes that are named, each a static method, and says <c>ok NAME</c> of each.
    /// </summary>
    internal static class Program
    {
        private static int Main(string[] arguments)
        {
            Sandbox.Use(arguments[0]);
            var failures = 0;
            foreach (string name in arguments.Skip(1))
            {
                Type type = Type.GetType("ClefTests." + name, true);
                foreach (MethodInfo test in type.GetMethods(BindingFlags.Static | BindingFlags.Public))
                {
                    failures += Run($"{name}.{test.Name}", test) ? 0 : 1;
                }
            }
            return failures == 0 ? 0 : 1;
        }

        private static bool Run(string name, MethodInfo test)
        {
            try
            {
                Sandbox.Reset();
                test.Invoke(null, null);
                Console.WriteLine($"ok {name}");
                return true;
            }
            catch (TargetInvocationException error)
            {
                Console.WriteLine($"FAILED {name}: {error.InnerException}");
                return false;
            }
        }
    }
}
