// A style sheet that a module imports; esbuild puts it beside the module's bundle.
declare module '*.css';
