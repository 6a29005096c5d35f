<#
.SYNOPSIS
    The tasks of the Makefile for Windows: .\run.ps1 setup, demo, test, test-slow or lint.

.DESCRIPTION
    setup   make .venv with the locked dependencies and the gosales command
    demo    setup, then run the whole engine on the embedded demo market
    test    setup and lint, then run the tests but the slow ones
    test-slow  setup, then run the slow tests
    lint    setup, then check layers, style, format and types

    Needs a Python from 3.11 to 3.13. Runs in Windows PowerShell 5.1 and in PowerShell 7. Where
    scripts are not allowed: powershell -ExecutionPolicy Bypass -File run.ps1 demo

.EXAMPLE
    .\run.ps1 demo
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('help', 'setup', 'demo', 'test', 'test-slow', 'lint')]
    [string] $Task = 'help'
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$Root = $PSScriptRoot
$Scripts = Join-Path $Root '.venv\Scripts'
$Python = Join-Path $Scripts 'python.exe'

# Run a program and stop with its exit code when it fails.
function Invoke-Program {
    param([string] $Program, [string[]] $Arguments)
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) {
        $failure = New-Object System.Exception("'$Program $Arguments' failed with exit code $LASTEXITCODE.")
        $failure.Data['ExitCode'] = $LASTEXITCODE
        throw $failure
    }
}

# Whether a command is a Python from 3.11 to 3.13. The Microsoft Store's stand-in for python.exe
# is not: it prints an advertisement and fails.
function Test-SupportedPython {
    param([string] $Program, [string[]] $Options)
    $command = Get-Command $Program -CommandType Application -ErrorAction SilentlyContinue |
        Select-Object -First 1
    if (-not $command) { return $false }
    # An activated .venv cannot make itself anew.
    if ($command.Path.StartsWith($Scripts, [StringComparison]::OrdinalIgnoreCase)) { return $false }
    $check = 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12), (3, 13)))'
    # What a program writes to stderr must not end the script while it is being tried.
    $ErrorActionPreference = 'Continue'
    & $Program @Options -c $check 2>$null | Out-Null
    return ($LASTEXITCODE -eq 0)
}

function Find-Python {
    $candidates = @(
        @{ Program = 'python'; Options = @() },
        @{ Program = 'python3'; Options = @() },
        @{ Program = 'py'; Options = @('-3.13') },
        @{ Program = 'py'; Options = @('-3.12') },
        @{ Program = 'py'; Options = @('-3.11') }
    )
    foreach ($candidate in $candidates) {
        if (Test-SupportedPython $candidate.Program $candidate.Options) { return $candidate }
    }
    throw 'No Python from 3.11 to 3.13 was found. Install one and open a new window.'
}

# What a step was done for: the contents of its files and the checkout's place. A copied or moved
# .venv is made anew, since the programs in it still point at the old place.
function Get-Fingerprint {
    param([string[]] $Files)
    $parts = @($Root)
    foreach ($file in $Files) {
        $parts += (Get-FileHash -Algorithm SHA256 -LiteralPath (Join-Path $Root $file)).Hash
    }
    return ($parts -join ' ')
}

function Test-Done {
    param([string] $Stamp, [string] $Fingerprint)
    if (-not (Test-Path -LiteralPath $Stamp)) { return $false }
    return ((Get-Content -LiteralPath $Stamp -Encoding UTF8 | Out-String).Trim() -eq $Fingerprint)
}

# Install into .venv with uv when it is there, else with pip.
function Install-Package {
    param([string[]] $Arguments)
    if (Get-Command 'uv' -ErrorAction SilentlyContinue) {
        Invoke-Program 'uv' (@('pip', 'install', '--quiet', '--python', $Python) + $Arguments)
    }
    else {
        $pip = @('-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input')
        Invoke-Program $Python ($pip + $Arguments)
    }
}

function Invoke-Setup {
    $lockStamp = Join-Path $Root '.venv\.locked'
    $projectStamp = Join-Path $Root '.venv\.installed'
    $lockFingerprint = Get-Fingerprint @('requirements.lock')
    $projectFingerprint = Get-Fingerprint @('requirements.lock', 'pyproject.toml')

    if (-not (Test-Done $lockStamp $lockFingerprint)) {
        $found = Find-Python
        Write-Host 'Making .venv: a few minutes the first time ...'
        Invoke-Program $found.Program ($found.Options + @('-m', 'venv', '--clear', '.venv'))
        Install-Package @('--require-hashes', '-r', 'requirements.lock')
        Set-Content -LiteralPath $lockStamp -Value $lockFingerprint -Encoding UTF8
    }
    if (-not (Test-Done $projectStamp $projectFingerprint)) {
        Install-Package @('--no-deps', '--no-build-isolation', '-e', '.')
        Set-Content -LiteralPath $projectStamp -Value $projectFingerprint -Encoding UTF8
        Write-Host 'Ready: .venv\Scripts\gosales --help'
    }
}

function Invoke-Lint {
    # The tools draw lines that an old Windows code page cannot show.
    $before = $env:PYTHONUTF8
    $env:PYTHONUTF8 = '1'
    try {
        Invoke-Program (Join-Path $Scripts 'lint-imports.exe') @('--no-logo')
        Invoke-Program (Join-Path $Scripts 'ruff.exe') @('check')
        Invoke-Program (Join-Path $Scripts 'ruff.exe') @('format', '--check')
        Invoke-Program (Join-Path $Scripts 'mypy.exe') @()
    }
    finally {
        $env:PYTHONUTF8 = $before
    }
}

Push-Location -LiteralPath $Root
try {
    switch ($Task) {
        'help' { Write-Host 'Usage: .\run.ps1 setup | demo | test | test-slow | lint' }
        'setup' { Invoke-Setup }
        'demo' {
            Invoke-Setup
            Invoke-Program (Join-Path $Scripts 'gosales.exe') @('demo')
        }
        'test' {
            Invoke-Setup
            Invoke-Lint
            # Pytest runs last, so that its summary is the last thing to be seen.
            Invoke-Program $Python @('-m', 'pytest', '-n', 'auto', '--dist', 'loadfile', '-m', 'not slow')
        }
        'test-slow' {
            Invoke-Setup
            Invoke-Program $Python @('-m', 'pytest', '-n', 'auto', '--dist', 'loadfile', '-m', 'slow')
        }
        'lint' {
            Invoke-Setup
            Invoke-Lint
        }
    }
}
catch {
    $code = 1
    if ($_.Exception.Data.Contains('ExitCode')) { $code = $_.Exception.Data['ExitCode'] }
    Write-Host "run.ps1 $Task`: $($_.Exception.Message)" -ForegroundColor Red
    exit $code
}
finally {
    Pop-Location
}
exit 0
