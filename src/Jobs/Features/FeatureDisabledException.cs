namespace Jobs.Features;

/// <summary>What is asked for is switched off. Nothing was done.</summary>
public sealed class FeatureDisabledException(string feature)
    : Exception($"The feature '{feature}' is switched off.")
{
    public string Feature => feature;
}
