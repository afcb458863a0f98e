import { Server } from '@grpc/grpc-js'
import languageRpc from '@pulumi/pulumi/proto/language_grpc_pb.js'
import { announce, asService, bind } from '../../../plugin/grpc.ts'
import { language } from './language.ts'

// `pulumi-language-nodejs` where the engine had to be built: the official one's source can't be had in the engine's own
// version, and the last one that can knows no resource hooks, which our program relies on.
const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith('-')) ?? ''
const server = new Server()
server.addService(languageRpc.LanguageRuntimeService, asService(language(engineAddress)))
announce(await bind(server))
