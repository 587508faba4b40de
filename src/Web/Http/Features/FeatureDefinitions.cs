using Jobs.Features;
using Microsoft.FeatureManagement;

namespace Jobs.Web.Http.Features;

/// <summary>
/// The switches as definitions of Microsoft.FeatureManagement, so that whatever asks its feature manager gets the answer
/// of this moment. Thread-safe.
/// </summary>
internal sealed class FeatureDefinitions(FeatureSwitches switches) : IFeatureDefinitionProvider
{
    private static readonly string[] Known =
    [
        FeatureNames.Batch,
        FeatureNames.Caching,
        FeatureNames.RateLimiting,
        FeatureNames.Notifications,
    ];

    public Task<FeatureDefinition> GetFeatureDefinitionAsync(string featureName) =>
        Task.FromResult(Of(featureName));

    public async IAsyncEnumerable<FeatureDefinition> GetAllFeatureDefinitionsAsync()
    {
        foreach (var name in Known)
        {
            yield return await GetFeatureDefinitionAsync(name);
        }
    }

    private FeatureDefinition Of(string name) =>
        new()
        {
            Name = name,
            EnabledFor = switches.IsOn(name)
                ? [new FeatureFilterConfiguration { Name = "AlwaysOn" }]
                : [],
        };
}
