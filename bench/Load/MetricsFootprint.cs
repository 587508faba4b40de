using System.Globalization;

namespace Jobs.Bench.Load;

/// <summary>What a service says of itself at <c>/metrics</c>, where the key may read them; it does not say how many files are open.</summary>
internal sealed class MetricsFootprint(HttpClient client) : IFootprintSource
{
    private const double Megabyte = 1024 * 1024;

    public async Task<Look> LookAsync()
    {
        using var answer = await client.GetAsync(new Uri("/metrics", UriKind.Relative));
        if (!answer.IsSuccessStatusCode)
        {
            return new(double.NaN, double.NaN, double.NaN, double.NaN);
        }
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n');
        double Of(string metric) =>
            lines
                .Where(l =>
                    l.StartsWith(metric + " ", StringComparison.Ordinal)
                    || l.StartsWith(metric + "{", StringComparison.Ordinal)
                )
                .Sum(l =>
                    double.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)
                );

        return new(
            Of("dotnet_process_memory_working_set_bytes") / Megabyte,
            double.NaN,
            Of("dotnet_thread_pool_thread_count"),
            Of("db_client_connection_count")
        );
    }
}
