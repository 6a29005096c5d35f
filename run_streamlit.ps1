<#
.SYNOPSIS
    Open the dashboard, as `gosales dashboard` does; options are passed on.

.DESCRIPTION
    Takes the Python of the checkout's .venv, or else the active one.

.EXAMPLE
    .\run_streamlit.ps1 --workspace demo --port 8600
#>
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$Python = Join-Path $PSScriptRoot '.venv\Scripts\python.exe'
if (-not (Test-Path -LiteralPath $Python)) { $Python = 'python' }
if (-not (Get-Command $Python -ErrorAction SilentlyContinue)) {
    Write-Host 'error: No Python was found. Run .\run.ps1 setup first.' -ForegroundColor Red
    exit 1
}

# What a program writes to stderr must not end the script.
$ErrorActionPreference = 'Continue'
& $Python -P -c 'import gosales.cli' 2>$null | Out-Null
if ($LASTEXITCODE -ne 0) {
    Write-Host "error: $Python has no gosales. Run .\run.ps1 setup, or pip install -r gosales\requirements.txt." -ForegroundColor Red
    exit 1
}
& $Python -P -m gosales.cli dashboard @args
exit $LASTEXITCODE
