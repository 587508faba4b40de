using Microsoft.Extensions.Options;

namespace Jobs.RateLimiting;

/// <summary>Says of each policy that is configured what is wrong with it.</summary>
internal sealed class RateLimitOptionsValidation : IValidateOptions<RateLimitOptions>
{
    public ValidateOptionsResult Validate(string? name, RateLimitOptions options)
    {
        var faults = options.Faults().ToList();
        return faults.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(faults);
    }
}
