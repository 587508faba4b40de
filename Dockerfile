# One image with two programs. Web serves the API and the pages and has a worker inside; the other is a worker alone:
#   docker run … jobs
#   docker run … --workdir /app/worker jobs Jobs.Worker.dll
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
# A lock file that does not fit stops the build.
ENV CI=true DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# What decides on packages comes first: the restored layer stays until one of these files changes.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY migrations/Jobs.Migrations.csproj migrations/packages.lock.json migrations/
COPY src/Parser/Parser.csproj src/Parser/packages.lock.json src/Parser/
COPY src/Jobs/Jobs.csproj src/Jobs/packages.lock.json src/Jobs/
COPY src/Web/Web.csproj src/Web/packages.lock.json src/Web/
COPY src/Worker/Worker.csproj src/Worker/packages.lock.json src/Worker/
RUN dotnet restore src/Web && dotnet restore src/Worker

COPY .editorconfig BannedSymbols.txt ./
COPY migrations migrations
COPY src src
COPY reports reports
RUN dotnet publish src/Web -c Release --no-restore -p:UseAppHost=false -o /app/web \
    && dotnet publish src/Worker -c Release --no-restore -p:UseAppHost=false -o /app/worker

FROM mcr.microsoft.com/dotnet/aspnet:10.0
# PDF is read by poppler (East Asian encodings are in poppler-data), text in pictures by tesseract, GraphicsMagick makes pictures small, and qpdf
# tells of notes in PDF. What keeps parsers
# apart (setpriv, prlimit, unshare) is part of the base image.
RUN apt-get update \
    && apt-get install -y --no-install-recommends poppler-utils poppler-data tesseract-ocr tesseract-ocr-eng tesseract-ocr-osd graphicsmagick qpdf \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o "$APP_UID" -g "$APP_UID" -m 0700 /var/lib/jobs
COPY --from=build /app /app
# The admin key is kept here; the database is a server of its own (ConnectionStrings__Jobs).
ENV Jobs__DataDirectory=/var/lib/jobs
USER $APP_UID
# Web finds its static files from here.
WORKDIR /app/web
EXPOSE 8080
# For Web; a container that runs the worker switches it off. Nothing is installed for the sake of one request.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["dotnet"]
CMD ["Jobs.Web.dll"]
